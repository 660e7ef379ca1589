import Domain
import HTML
import Platform
import Storage

/// A file, as the site's addresses name it: whose it is, and where below that user's folder.
struct StoredPlace: Hashable, Sendable {
    let owner: FileName
    let path: RemotePath

    init(owner: FileName, path: RemotePath) {
        (self.owner, self.path) = (owner, path)
    }

    /// - Parameter segments: the user's name, and the names down to the file. Fails for what can't be one.
    init?(_ segments: some Collection<[UInt8]>) {
        guard let first = segments.first, let owner = FileName(first),
            let path = try? RemotePath(components: Array(segments.dropFirst()))
        else { return nil }
        (self.owner, self.path) = (owner, path)
    }

    /// - Parameter part: of the site.
    func url(_ part: String, query: [(name: String, value: String)] = []) -> OwnURL {
        OwnURL([Array("admin".utf8), Array(part.utf8), owner.bytes] + path.components, query: query)
    }

    var name: [UInt8] { Array(path.parts.name) }

    /// - Returns: nil when no file is there.
    func open(in vault: Vault) throws(VaultError) -> StoredContent? { try vault.open(user: owner, path: path) }
}
