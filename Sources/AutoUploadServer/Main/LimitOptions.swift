import CommandLine
import Connections
import Platform

/// The options that bound what the server takes on and how long it waits: the table of the section "Limits".
enum LimitOptions {
    static let connections = count(
        "max-connections", 1...1_000_000, Limits().connections,
        "Connections at a time; fewer where the system lets the process open fewer files. One more takes the place of the "
            + "idlest of the user who has most.")
    static let perAddress = count(
        "max-connections-per-address", 1...1_000_000, Limits().connectionsPerAddress,
        "Of them, from one IPv4 address or one /64 network of IPv6.")
    static let beforeLogin = count(
        "max-before-login", 1...1_000_000, Limits().beforeLogin,
        "Of them, not logged in yet. One more takes the place of the one that has waited longest, of the address that "
            + "has most.")
    static let openUploads = count(
        "max-open-uploads", 1...65_535, Int(Limits().openUploads),
        "Uploads and queries of one connection that may be unanswered; fewer for a new one, the more connections there are."
    )
    static let openUploadsPerUser = count(
        "max-open-uploads-per-user", 1...1_000_000, Limits().openUploadsPerUser,
        "Uploads of one user that may be under way, over all connections.")

    static let handshake = seconds("handshake-timeout", Limits().handshake, "For the TLS handshake.")
    static let login = seconds("login-timeout", Limits().login, "From the handshake until the login has come.")
    static let loginQueue = seconds(
        "login-queue-timeout", Limits().loginQueue, "For a login to wait for its turn at the password check.")
    static let tokenLifetime = Option(
        "token-lifetime", value: .integer("SECONDS", 0...2_592_000), defaultText: String(Limits().tokenLifetime),
        section: section,
        help: "For which a device that has logged in may come back by a token, without its password being hashed and "
            + "without a one-time code; 0: it may not.")
    static let sessionIdle = seconds(
        "session-idle", Limits().sessionIdle, "Without use, until a session of the admin site ends.")
    static let sessionLifetime = seconds(
        "session-lifetime", Limits().sessionLifetime,
        "From its login until a session of the admin site ends in any case.")
    static let frame = seconds(
        "frame-timeout", Limits().frame, "For the rest of a message that has begun, data excepted.")
    static let stall = seconds(
        "stall-timeout", Limits().stall, "Without a byte, while an upload is unfinished.")
    static let lowestRate = Option(
        "min-rate", value: .integer("BYTES", 0...1_000_000_000), defaultText: String(Int(Limits().lowestRate)),
        section: section,
        help: "Bytes a second, on an average of \(Int(Limits().rateWindow)) seconds, that a client must send while an "
            + "upload is unfinished; 0 for any.")
    static let idle = seconds("idle-timeout", Limits().idle, "Logged in, with nothing unfinished, and not a word.")
    static let send = seconds("send-timeout", Limits().send, "For a client to take what is sent to it.")
    static let keepAlive = Option(
        "keepalive", value: .integer("SECONDS", 1...32_767), defaultText: String(Limits().socket.keepAlive),
        section: section, help: "Of silence, until TCP asks whether the client is still there.")
    static let userTimeout = Option(
        "user-timeout", value: .integer("SECONDS", 1...86_400), defaultText: String(Limits().socket.userTimeout),
        section: section, help: "That sent bytes may stay unacknowledged, until TCP ends the connection.")
    static let shutdown = seconds(
        "shutdown-timeout", Limits().shutdown, "From SIGTERM until the server leaves, whatever is still going on.")

    static let table: [Option] = [
        connections, perAddress, beforeLogin, openUploads, openUploadsPerUser, handshake, login, loginQueue,
        tokenLifetime, sessionIdle, sessionLifetime, frame, stall, lowestRate, idle, send, keepAlive, userTimeout,
        shutdown,
    ]

    private static let section = "Limits"

    private static func count(_ name: String, _ range: ClosedRange<Int>, _ value: Int, _ help: String) -> Option {
        Option(name, value: .integer("N", range), defaultText: String(value), section: section, help: help)
    }

    private static func seconds(_ name: String, _ value: Double, _ help: String) -> Option {
        Option(name, value: .seconds(0.1...86_400), defaultText: String(Int(value)), section: section, help: help)
    }
}

extension Limits {
    init(_ arguments: ParsedArguments) throws(ProgramError) {
        self.init()
        connections = try arguments.integer(of: LimitOptions.connections)
        connectionsPerAddress = try arguments.integer(of: LimitOptions.perAddress)
        beforeLogin = try arguments.integer(of: LimitOptions.beforeLogin)
        openUploads = UInt16(clamping: try arguments.integer(of: LimitOptions.openUploads))
        openUploadsPerUser = try arguments.integer(of: LimitOptions.openUploadsPerUser)
        lowestRate = Double(try arguments.integer(of: LimitOptions.lowestRate))
        handshake = try arguments.seconds(of: LimitOptions.handshake)
        login = try arguments.seconds(of: LimitOptions.login)
        loginQueue = try arguments.seconds(of: LimitOptions.loginQueue)
        tokenLifetime = UInt32(clamping: try arguments.integer(of: LimitOptions.tokenLifetime))
        sessionIdle = try arguments.seconds(of: LimitOptions.sessionIdle)
        sessionLifetime = try arguments.seconds(of: LimitOptions.sessionLifetime)
        frame = try arguments.seconds(of: LimitOptions.frame)
        stall = try arguments.seconds(of: LimitOptions.stall)
        // An average of less than a few stalls would be nothing but another stall.
        rateWindow = max(rateWindow, 2 * stall)
        idle = try arguments.seconds(of: LimitOptions.idle)
        send = try arguments.seconds(of: LimitOptions.send)
        shutdown = try arguments.seconds(of: LimitOptions.shutdown)
        socket = SocketOptions(
            keepAlive: CInt(clamping: try arguments.integer(of: LimitOptions.keepAlive)),
            userTimeout: CInt(clamping: try arguments.integer(of: LimitOptions.userTimeout)))
    }
}
