import CommandLine
import Platform

/// Whether the server could listen where it is to. Tried before rights are given up, told later.
struct DoorCheck {
    private var places: [(name: String, trouble: ProgramError?, isTaken: Bool)] = []

    init(_ configuration: Configuration) {
        if HandedSockets.announced() != nil {
            places.append(("the sockets of the service manager", nil, false))
        } else {
            listen(configuration)
        }
        for place in configuration.places { places.append(place.tryOut()) }
    }

    private mutating func listen(_ configuration: Configuration) {
        let port = configuration.port
        let addresses: [SocketAddress]
        do throws(ResolveError) {
            addresses = try resolve(host: configuration.address, port: port, passive: true)
        } catch {
            return places.append(("", ProgramError("--address: \(error)", exitCode: .configuration), false))
        }
        for address in addresses {
            do throws(SystemError) {
                try Listener.tryOut(address)
                places.append(("\(address)", nil, false))
            } catch {
                let isMissing = [.addressFamilyNotSupported, .addressNotAvailable].contains(error.errno)
                if isMissing, addresses.count > 1 { continue }
                places.append(("\(address)", Doors.explain(error, port: port), error.errno == .addressInUse))
            }
        }
    }

    /// - Parameter isServed: whether a server runs on the storage folder, to which a port that is taken may belong.
    func tell(_ list: Checklist, isServed: Bool) {
        for place in places {
            guard let trouble = place.trouble else {
                list.passed("port", "\(place.name) is free")
                continue
            }
            if place.isTaken, isServed {
                list.passed("port", "\(place.name) is taken, as the server runs")
            } else {
                list.failed("port", trouble.message, "", trouble.exitCode)
            }
        }
    }
}

extension PlainPlace {
    /// - Returns: its name, and what keeps a server from listening there.
    fileprivate func tryOut() -> (name: String, trouble: ProgramError?, isTaken: Bool) {
        do throws(SystemError) {
            try requireFree()
            return (description, nil, false)
        } catch {
            return (description, explain(error), error.errno == .addressInUse)
        }
    }
}
