package import Domain
package import Platform

extension FileTag {
    /// The tag of a file of this running machine. See docs/PROTOCOL.md, "The file tag".
    ///
    /// - Returns: nil on a machine without a boot id, or without memory for a hash.
    package static func of(_ identity: FileIdentity) -> FileTag? {
        guard let bootID else { return nil }
        let preimage = preimage(bootID: bootID, device: identity.device, inode: identity.inode)
        return ContentHasher.digest(of: preimage).map(FileTag.init(digest:))
    }
}
