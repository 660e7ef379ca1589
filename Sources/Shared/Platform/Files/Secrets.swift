extension FileDescriptor {
    /// Gives a new file its permissions, before a secret is written to it. FAT, exFAT and some shares give files the rights of their mount:
    /// they take a change of them and do nothing, or refuse it.
    ///
    /// - Parameter others: permissions that whoever reads the file later won't stand.
    /// - Throws: as `SystemError.meansNoSecrets` when the file has them all the same.
    package func setPermissions(_ permissions: UInt32, denying others: UInt32) throws(SystemError) {
        let answer = Result { () throws(SystemError) in try setPermissions(permissions) }
        guard try status().permissions & others == 0 else {
            throw SystemError(SystemError.keepingSecret, errno: .notSupported)
        }
        // One that can't be changed and is right is right.
        if try status().permissions != permissions { try answer.get() }
    }
}

extension SystemError {
    fileprivate static let keepingSecret = "keep a file from other users"

    /// That the file system doesn't keep a file from other users.
    package var meansNoSecrets: Bool { operation == Self.keepingSecret }

    /// What to do about it, for the end of a sentence about the file.
    package static let adviceOnSecrets =
        "its file system gives files the rights of its mount (FAT, exFAT, some shares): mount it with umask=077 (CIFS: "
        + "file_mode=0600,dir_mode=0700)"
}
