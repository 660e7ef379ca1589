package import Platform

/// Secrets in the first line of a file that nobody else may read.
package enum PrivateLine {
    private static let forOthers: UInt32 = 0o007
    private static let largestFile = 4096

    /// - Throws: `ProgramError` (78) that names the option.
    package static func read(_ path: String, for option: Option) throws(ProgramError) -> SecretBytes {
        func refused(_ reason: String) -> ProgramError {
            ProgramError("\(option.written): \(escaped(path)) \(reason)", exitCode: .configuration)
        }
        var content: [UInt8] = []
        defer { overwrite(&content) }
        let permissions: UInt32
        do throws(SystemError) {
            let file = try FileDescriptor.openForReading(path: path)
            permissions = try file.status().permissions
            content = try file.readAll(limit: largestFile)
        } catch {
            throw refused("can't be read: \(error.errno)")
        }
        guard permissions & forOthers == 0 else { throw refused("can be used by everybody; run chmod 600 on it") }
        if ByteOrderMark.isUTF16(content) { throw refused(ByteOrderMark.complaintAboutUTF16) }
        var line = content.dropFirst(ByteOrderMark.length(in: content)).prefix { $0 != UInt8(ascii: "\n") }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        if line.isEmpty { throw refused("has nothing in its first line, where the secret is to be") }
        return SecretBytes(line)
    }
}
