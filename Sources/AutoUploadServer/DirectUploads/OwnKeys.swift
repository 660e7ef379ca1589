package import Domain
internal import Logins
package import S3

/// The keys that are a user's: `PREFIX/USER/…`, and within it what the user's line of the password file says.
package struct OwnKeys: Sendable {
    private let prefix: String
    private let home: Home

    /// - Parameter prefix: of all keys, with a slash behind it, or empty.
    init(prefix: String, of home: Home) { (self.prefix, self.home) = ("\(prefix)\(home.user)/", home) }

    /// As the user's page is told.
    var start: String { prefix }

    /// The key of a file.
    ///
    /// - Returns: nil where it is too long, or its path isn't UTF-8, or has what no key may have.
    package func key(of path: RemotePath) -> ObjectKey? {
        guard let place = try? home.place(of: path),
            let text = String(validating: place.bytes, as: UTF8.self)
        else { return nil }
        return ObjectKey(prefix + text)
    }

    /// The path of a file, as its user names it.
    ///
    /// - Returns: nil where the key is another's.
    package func path(of key: ObjectKey) -> RemotePath? {
        guard key.text.hasPrefix(prefix), let place = try? RemotePath(Array(key.text.utf8.dropFirst(prefix.utf8.count)))
        else { return nil }
        let path = home.name(of: place)
        return self.key(of: path) == key ? path : nil
    }
}
