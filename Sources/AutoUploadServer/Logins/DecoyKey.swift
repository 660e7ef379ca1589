package import Platform
package import Transport

/// The key by which names that aren't users get the cost of a password hash: kept in the storage, so that no name's cost changes
/// with a restart, as no user's does.
///
/// Nobody judges who may read it: who reads the storage folder sees in it which users there are.
package enum DecoyKey {
    private static let name = FileName(constant: "decoy-key")
    private static let size = 32

    /// - Parameter own: the server's own folder of the storage.
    /// - Returns: a key of this process's own where the storage can't keep one.
    package static func load(in own: Directory) throws(SystemError) -> KeyedHash {
        if let key = try? own.open(name, .reading).readAll(limit: size), key.count == size {
            return KeyedHash(key: key)
        }
        let key = try randomBytes(size)
        try? own.remove(name)
        if let file = try? own.open(name, .creating(permissions: 0o600)) {
            try? file.write(key)
            try? file.flush()
        }
        return KeyedHash(key: key)
    }
}
