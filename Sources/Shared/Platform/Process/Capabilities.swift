internal import CSystemShims

/// What the kernel lets this process do beyond what any other may. See capabilities(7).
package enum Capabilities {
    /// The number of CAP_LEASE.
    private static let lease = 28

    /// Whether it may take leases on files of other users.
    ///
    /// In a user namespace the capability is there, but counts for nothing: the kernel asks for the first namespace's.
    package static var coverForeignLeases: Bool {
        guard let status = text("/proc/self/status"), let map = text("/proc/self/uid_map") else { return false }
        return coverForeignLeases(status: status, userMap: map)
    }

    static func coverForeignLeases(status: String, userMap: String) -> Bool {
        guard userMap.split(whereSeparator: \.isWhitespace) == ["0", "0", "4294967295"],
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let mask = line.split(whereSeparator: \.isWhitespace).last.flatMap({ UInt64($0, radix: 16) })
        else { return false }
        return mask & (1 << lease) != 0
    }

    /// The number of CAP_NET_BIND_SERVICE.
    private static let bindService: UInt64 = 10

    /// Gives up, for good, the right to ports below 1024, in this thread and those that it starts: they are open by now.
    package static func giveUpPorts() throws(SystemError) {
        let others = ~(UInt64(1) << bindService)
        var sets: [UInt64] = [0, 0, 0]
        try systemCall("read its capabilities") { unsafe shim_get_capabilities(&sets) }
        let left = sets.map { $0 & others }
        if left == sets { return }
        try systemCall("give up the capability CAP_NET_BIND_SERVICE") { unsafe shim_set_capabilities(left) }
    }

    private static func text(_ path: String) -> String? {
        guard let file = try? FileDescriptor.openForReading(path: path), let bytes = try? file.readAll(limit: 65_536)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
