import CommandLine
import Connections
import Platform

/// Opens the doors: wherever it is told to listen, or where the service manager listens already.
enum Doors {
    /// The ports, which may need a right that the server gives up afterwards.
    ///
    /// - Throws: `ProgramError` when that isn't possible, saying what to do.
    static func openPorts(_ configuration: Configuration, _ options: SocketOptions) throws(ProgramError) -> [Door] {
        var doors: [Door] = []
        if let handed = HandedSockets.announced() {
            for (index, name) in handed.names.enumerated() { doors.append(try takeOver(index, named: name, options)) }
            if doors.contains(where: \.isPlain), !configuration.servesWeb {
                throw .usage("a socket named http serves the web, which --web off turns off")
            }
        } else {
            doors = try listen(address: configuration.address, port: configuration.port, options).map {
                Door(listener: $0)
            }
        }
        for index in doors.indices where doors[index].use == .protected {
            doors[index].proxies = configuration.headerSenders
        }
        for place in configuration.places where place.path == nil { doors.append(try place.open(options)) }
        return doors
    }

    /// Sockets in the file system: they belong to the user whom the server has become.
    static func openFiles(_ configuration: Configuration, _ options: SocketOptions) throws(ProgramError) -> [Door] {
        var doors: [Door] = []
        for place in configuration.places where place.path != nil { doors.append(try place.open(options)) }
        return doors
    }

    /// - Parameter name: that the service manager has for it; `http` is plain.
    private static func takeOver(
        _ index: Int, named name: String, _ options: SocketOptions
    ) throws(ProgramError) -> Door {
        let listener: Listener
        do throws(SystemError) {
            listener = try HandedSockets.listener(index, options)
        } catch {
            throw ProgramError(
                "the socket \(escaped(name)) of the service manager: \(error): it is to be a stream that listens "
                    + "(ListenStream=, Accept=no)", exitCode: .configuration)
        }
        guard let use = uses[name] else { return Door(listener: listener) }
        guard listener.address.isUnix || listener.address.hostAddress.isLoopback else {
            throw ProgramError(
                "the socket \(name) of the service manager is open to other machines (\(listener.address)), who would read "
                    + "passwords and files: let it listen on loopback, or in the file system", exitCode: .configuration)
        }
        return Door(listener: listener, use: use)
    }

    /// By FileDescriptorName=.
    private static let uses: [String: Door.Use] = ["http": .plain, "metrics": .metrics]

    private static func listen(
        address: String?, port: UInt16, _ options: SocketOptions
    ) throws(ProgramError) -> [Listener] {
        let addresses: [SocketAddress]
        do throws(ResolveError) {
            addresses = try resolve(host: address, port: port, passive: true)
        } catch {
            throw ProgramError("--address: \(error)", exitCode: .configuration)
        }
        var listeners: [Listener] = []
        var lastError: SystemError?
        for address in addresses {
            do throws(SystemError) {
                listeners.append(try Listener(on: address, options: options))
            } catch {
                lastError = error
                // A machine without IPv6 (or IPv4) still serves on the other; anything else is worth an end.
                if error.errno != .addressFamilyNotSupported, error.errno != .addressNotAvailable {
                    throw explain(error, port: port)
                }
            }
        }
        if listeners.isEmpty, let lastError { throw explain(lastError, port: port) }
        return listeners
    }

    static func explain(_ error: SystemError, port: UInt16) -> ProgramError {
        switch error.errno {
        case .addressInUse:
            ProgramError(
                "\(error): another program uses port \(port); end it, or choose another with --port",
                exitCode: .operatingSystem)
        case .accessDenied:
            ProgramError(
                "\(error): ports below 1024 need root or the capability CAP_NET_BIND_SERVICE; or choose another "
                    + "with --port", exitCode: .noPermission)
        case .addressNotAvailable:
            ProgramError("--address: \(error): no interface of this machine has it", exitCode: .operatingSystem)
        default: ProgramError(error)
        }
    }
}
