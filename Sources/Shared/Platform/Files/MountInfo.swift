/// What the kernel says of a mount: a line of /proc/self/mountinfo, proc_pid_mountinfo(5).
package struct MountInfo: Equatable, Sendable {
    /// As `FileStatus.mount`.
    package let number: UInt64
    /// Such as "overlay".
    package let fileSystem: String
    /// What was mounted: the path of a device, or anything else.
    package let source: String
    /// Of the file system, as in mount(8), with an empty value where there is none.
    package let options: [String: String]

    /// - Returns: nil when the line isn't one.
    package init?(line: some StringProtocol) {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false)
        // Optional fields end with a dash.
        guard let dash = fields.dropFirst(6).firstIndex(of: "-"), fields.count > dash + 3,
            let number = UInt64(fields[0])
        else { return nil }
        self.number = number
        fileSystem = String(fields[dash + 1])
        source = Self.unescaped(fields[dash + 2])
        var options: [String: String] = [:]
        for option in fields[dash + 3].split(separator: ",") {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            options[String(parts[0])] = parts.count > 1 ? Self.unescaped(parts[1]) : ""
        }
        self.options = options
    }

    /// - Returns: nil when the kernel lists no such mount.
    package static func ofMount(_ number: UInt64) throws(SystemError) -> MountInfo? {
        let file = try FileDescriptor.openForReading(path: "/proc/thread-self/mountinfo")
        let text = String(decoding: try file.readToEnd(limit: 16 << 20), as: UTF8.self)
        return text.split(separator: "\n").lazy.compactMap { MountInfo(line: $0) }.first { $0.number == number }
    }

    /// The kernel writes some characters as a backslash and three octal digits.
    private static func unescaped(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
