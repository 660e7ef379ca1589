package import Accounts
package import Domain
package import Platform

/// Where a user's files go: the user's folder, and the prefix within it that an admin may have set.
///
/// A client names files as if the prefix weren't there, and is told of them so: what is confirmed is what was offered, and a later
/// question finds it. Storage and log know them by their places in the user's folder.
package struct Home: Hashable, Sendable {
    package let user: FileName
    private let prefix: RemotePath?

    package init(_ user: FileName, below prefix: PathPrefix? = nil) {
        (self.user, self.prefix) = (user, prefix?.path)
    }

    /// - Parameter folder: within the user's; nil: that itself.
    package init(_ user: FileName, in folder: RemotePath?) {
        (self.user, prefix) = (user, folder)
    }

    /// Where a file lies in the user's folder.
    ///
    /// - Parameter path: as the client names it.
    /// - Throws: why there is no such place: the two are too long together.
    package func place(of path: RemotePath) throws(RemotePath.Flaw) -> RemotePath {
        guard let prefix else { return path }
        return try RemotePath(prefix.bytes + [UInt8(ascii: "/")] + path.bytes)
    }

    /// How the client names what lies at a place in the user's folder.
    package func name(of place: RemotePath) -> RemotePath {
        // By their number: a file system may list them in other letters.
        let own = place.components.dropFirst(prefix?.components.count ?? 0)
        return (try? RemotePath(components: Array(own))) ?? place
    }
}
