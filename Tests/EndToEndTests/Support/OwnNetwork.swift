import Foundation
import Platform
import TestSupport
import Testing

/// Two machines, as two network namespaces: a server's, and a device's with two links to it, `near0` and `mobile0`. The routes prefer
/// `mobile0` to the server's address; over `near0` it is a neighbour.
final class OwnNetwork: Sendable {
    static let reason: Comment = "this needs root, network namespaces and the program ip"
    static let areAvailable = Namespaces.areAvailable("-n") && FileManager.default.fileExists(atPath: "/usr/sbin/ip")

    /// The server's address: on `near0`.
    static let server = "10.77.0.1"
    /// The same where there is nothing but IPv6.
    static let server6 = "fd77::1"
    private let serverSide: RunningProgram
    private let deviceSide: RunningProgram

    init(isIPv6: Bool = false) throws {
        serverSide = try Self.namespace()
        deviceSide = try Self.namespace()
        if isIPv6 { try linkByIPv6() } else { try linkByIPv4() }
    }

    private func linkByIPv4() throws {
        try onDevice(
            """
            ip link set lo up && sysctl -qw net.ipv6.conf.default.disable_ipv6=1 &&
            ip link add near0 type veth peer name near1 && ip link add mobile0 type veth peer name mobile1 &&
            ip link set near1 netns \(serverSide.processID) && ip link set mobile1 netns \(serverSide.processID) &&
            ip addr add 10.77.0.2/24 dev near0 && ip addr add 10.78.0.2/24 dev mobile0 &&
            ip link set near0 up && ip link set mobile0 up
            """)
        try Self.run(
            serverSide,
            """
            ip link set lo up && ip addr add 10.77.0.1/24 dev near1 && ip addr add 10.78.0.1/24 dev mobile1 &&
            ip link set near1 up && ip link set mobile1 up
            """)
        // More exact than the neighbours' own.
        try onDevice("ip route add 10.77.0.1/32 via 10.78.0.1 dev mobile0 src 10.78.0.2")
    }

    private func linkByIPv6() throws {
        try onDevice(
            """
            ip link set lo up &&
            ip link add near0 type veth peer name near1 && ip link add mobile0 type veth peer name mobile1 &&
            ip link set near1 netns \(serverSide.processID) && ip link set mobile1 netns \(serverSide.processID) &&
            ip addr add fd77::2/64 dev near0 nodad && ip addr add fd78::2/64 dev mobile0 nodad &&
            ip link set near0 up && ip link set mobile0 up
            """)
        try Self.run(
            serverSide,
            """
            ip link set lo up && ip addr add fd77::1/64 dev near1 nodad && ip addr add fd78::1/64 dev mobile1 nodad &&
            ip link set near1 up && ip link set mobile1 up
            """)
        try onDevice("ip -6 route add fd77::1/128 via fd78::1 dev mobile0 src fd78::2")
    }

    deinit {
        serverSide.signal(SIGKILL)
        deviceSide.signal(SIGKILL)
    }

    /// It lasts as long as its input is open: not longer than the tests, even if they are killed.
    private static func namespace() throws -> RunningProgram {
        let holder = try RunningProgram(
            "/usr/bin/env", ["unshare", "-n", "sh", "-c", "echo ready && exec cat"], standardInput: nil)
        guard holder.waitForLine(.output, containing: "ready") != nil else {
            throw Failure("no network: \(holder.text(.error))")
        }
        return holder
    }

    private static func entering(_ side: RunningProgram) -> [String] { ["nsenter", "-t", "\(side.processID)", "-n"] }

    /// Words that let a program run where the server is, and where the device is.
    var serverWords: [String] { Self.entering(serverSide) }
    var deviceWords: [String] { Self.entering(deviceSide) }

    @discardableResult
    private static func run(_ side: RunningProgram, _ commands: String) throws -> String {
        let script = "PATH=$PATH:/usr/sbin:/sbin; \(commands)"
        let ended = try RunningProgram.run("/usr/bin/env", entering(side) + ["sh", "-c", script])
        guard ended.status == 0 else { throw Failure("\(commands): \(ended.error)") }
        return ended.output
    }

    @discardableResult
    func onDevice(_ commands: String) throws -> String { try Self.run(deviceSide, commands) }

    /// Bytes that the device has sent over an interface since it is there.
    func sentBytes(_ interface: String) throws -> Int {
        let text = try onDevice("cat /proc/net/dev")
        guard let line = text.split(separator: "\n").first(where: { $0.contains(interface + ":") }),
            let fields = line.split(separator: ":").last?.split(separator: " "), fields.count > 8,
            let bytes = Int(fields[8])
        else { throw Failure("no count for \(interface): \(text)") }
        return bytes
    }
}
