import Platform
import Transport
import Wire

/// The tag that a server would state for a file of this machine; see `FileTag`.
enum OwnFileTag {
    /// - Returns: nil when it can't be computed.
    static func of(_ status: FileStatus) -> FileTag? {
        guard let bootID else { return nil }
        let preimage = FileTag.preimage(
            bootID: bootID, device: status.identity.device, inode: status.identity.inode)
        return ContentHasher.digest(of: preimage).map(FileTag.init(digest:))
    }

    /// Doesn't change while the process lives.
    private static let bootID: [UInt8]? = {
        guard let file = try? FileDescriptor.openForReading(path: "/proc/sys/kernel/random/boot_id"),
            let text = try? file.readAll(limit: 64)
        else { return nil }
        let bootID = text.filter { $0 != UInt8(ascii: "\n") }
        return bootID.count == 36 ? bootID : nil
    }()
}
