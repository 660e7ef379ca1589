import Domain
import Platform
import Transport

/// Compares what the medium holds with what was received: a flush that succeeds says that the drive took the bytes, not that
/// it can give them back.
struct ReadBack: Sendable {
    /// The digest of what is on the medium, as far as it can be read past the page cache. It must have been flushed.
    ///
    /// - Parameter goesOn: as for `ReadingPermit`.
    /// - Returns: nil when OpenSSL had no memory.
    func digest(
        of file: borrowing FileDescriptor, while goesOn: () -> Bool = { true }
    ) throws(SystemError) -> ContentDigest? {
        var hasher: ContentHasher? = ContentHasher()
        try file.readPastCache(while: goesOn) { hasher?.update($0) }
        return hasher.take()?.finalize()
    }

    /// - Throws: `VaultError.readBackDiffers` when it isn't this content.
    func check(_ file: borrowing FileDescriptor, _ digest: ContentDigest) throws(VaultError) {
        let found = try FolderTree.wrap { () throws(SystemError) in try self.digest(of: file) }
        if found != digest { throw .readBackDiffers }
    }
}
