import CommandLine
import Platform

/// Where clients come in.
struct Door: Sendable {
    let listener: Listener
    var use = Use.protected
    /// Of a protected one: who has to say whose connections they pass on, by a header of the PROXY protocol.
    var proxies: [AddressRange] = []

    /// What it is for.
    enum Use {
        /// TLS, and both faces.
        case protected
        /// HTTP, for a reverse proxy on this machine.
        case plain
        /// Measurements.
        case metrics
    }

    var isPlain: Bool { use == .plain }
}

/// Where there is plain HTTP: nowhere that another machine can reach.
struct PlainPlace: Sendable, CustomStringConvertible {
    private let address: SocketAddress
    private let text: String
    private let use: Door.Use

    /// - Parameter text: `ADDRESS:PORT` or `unix:PATH`.
    init(_ text: String, _ use: Door.Use = .plain) throws(ProgramError) {
        (self.text, self.use) = (text, use)
        let option = Self.option(of: use)
        let unix = "unix:"
        if text.hasPrefix(unix) {
            guard let address = SocketAddress(path: String(text.dropFirst(unix.count))) else {
                throw .usage("\(option) unix:PATH takes a path of at most \(SocketAddress.longestPath) bytes")
            }
            self.address = address
            return
        }
        guard let address = Self.numeric(text) else {
            throw .usage(
                "\(option) takes ADDRESS:PORT, as in 127.0.0.1:8080 or [::1]:8080, or unix:PATH: the address is numeric"
            )
        }
        guard address.hostAddress.isLoopback else {
            throw .usage(
                "\(option) takes loopback addresses (127.0.0.1, ::1) and unix:PATH only: it is HTTP without TLS, in which "
                    + "others would read \(use == .metrics ? "who uses it" : "passwords and files"); let a reverse proxy on this "
                    + "machine stand before it")
        }
        self.address = address
    }

    private static func option(of use: Door.Use) -> String { use == .metrics ? "--metrics-listen" : "--http-listen" }

    private static func numeric(_ text: String) -> SocketAddress? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            return SocketAddress(numeric: String(host.dropFirst().dropLast()), port: port)
        }
        return host.contains(":") ? nil : SocketAddress(numeric: String(host), port: port)
    }

    var description: String { escaped(text) }

    /// Of a socket in the file system.
    var path: String? { address.path }

    func open(_ options: SocketOptions) throws(ProgramError) -> Door {
        do throws(SystemError) {
            return Door(listener: try Listener(on: address, options: options), use: use)
        } catch {
            throw explain(error)
        }
    }

    /// Finds out whether `open` could listen there; of a socket in the file system, whether its folder can be used.
    func requireFree() throws(SystemError) {
        guard let path else { return try Listener.tryOut(address) }
        guard let (folder, _) = splitPath(path) else { throw SystemError("listen on", escaped(path), errno: .invalid) }
        try Directory.open(path: folder).checkMayChangeNames()
    }

    func explain(_ error: SystemError) -> ProgramError {
        ProgramError(
            "\(Self.option(of: use)) \(escaped(text)): \(error)\(advice(on: error))", exitCode: .operatingSystem)
    }

    private func advice(on error: SystemError) -> String {
        switch error.errno {
        case .addressInUse: "; another program listens there: end it, or choose another place"
        case .exists: "; something else than a socket is there: move it away, or choose another path"
        case .noEntry: "; make the folder first"
        case .accessDenied, .notPermitted: "; the server's user must be able to write in the folder"
        default: ""
        }
    }
}
