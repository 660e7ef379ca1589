package import Domain
package import HTTP
package import Platform
package import Storage

/// A stored file that somebody may have.
package struct Download: Sendable {
    package let content: StoredContent
    package let owner: FileName
    /// Below the owner's folder.
    package let path: RemotePath
    /// Nil where it isn't known.
    package let digest: ContentDigest?
    package let disposition: Disposition

    package var name: [UInt8] { Array(path.parts.name) }
}
