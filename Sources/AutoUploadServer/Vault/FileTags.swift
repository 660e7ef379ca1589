import Platform
import Transport
import Wire

/// Names inodes of this running machine. See docs/PROTOCOL.md, "File tag".
enum FileTags {
    private static let bootID: [UInt8]? = {
        guard let file = try? FileDescriptor.openForReading(path: "/proc/sys/kernel/random/boot_id"),
            let content = try? file.readAll(limit: 64), content.count >= 36
        else { return nil }
        return Array(content.prefix(36))
    }()

    /// - Returns: `.unstated` on a machine without a boot id.
    static func tag(of identity: FileIdentity) -> FileTag {
        guard let bootID else { return .unstated }
        let preimage = FileTag.preimage(bootID: bootID, device: identity.device, inode: identity.inode)
        guard let digest = ContentHasher.digest(of: preimage) else { return .unstated }
        return FileTag(digest: digest)
    }
}
