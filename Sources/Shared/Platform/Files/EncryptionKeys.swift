internal import CSystemShims

/// Names the key that a file, or the files of a folder, are encrypted by: fscrypt, with policies of version 2.
package struct EncryptionKeyID: Hashable, Sendable {
    private let bytes: [UInt8]

    private static let length = 16

    fileprivate init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    fileprivate static func of(_ descriptor: borrowing FileDescriptor) -> EncryptionKeyID? {
        var bytes = [UInt8](repeating: 0, count: length)
        guard unsafe shim_encryption_key(descriptor.rawValue, &bytes) == 0 else { return nil }
        return EncryptionKeyID(bytes)
    }

    fileprivate func remove(from folder: Directory) throws(SystemError) -> KeyRemoval {
        var status: UInt32 = 0
        try systemCall("take away an encryption key") {
            unsafe shim_remove_encryption_key(folder.descriptor.rawValue, bytes, &status)
        }
        if status == shim_KEY_ABSENT { return .gone }
        return status == shim_KEY_HALF_REMOVED ? .filesOpen : .addedByOthers
    }
}

extension EncryptionKeyID: CustomStringConvertible {
    /// 32 hexadecimal digits, as fscryptctl writes them.
    package var description: String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

/// What came of taking a key away from the kernel.
package enum KeyRemoval: Sendable {
    /// The kernel doesn't have it.
    case gone
    /// Some file is open under it; to take it away once more, when that is closed, ends it.
    case filesOpen
    /// Another user has added it, too.
    case addedByOthers
}

extension FileDescriptor {
    /// By which key it is encrypted; nil where it isn't, or it can't be told.
    package var encryptionKey: EncryptionKeyID? { .of(self) }
}

extension Directory {
    /// By which key its files are encrypted; nil where they aren't, or it can't be told.
    package var encryptionKey: EncryptionKeyID? { descriptor.encryptionKey }

    /// Takes a key away from the kernel: nobody makes or opens a file under it any more. See the kernel's fscrypt.rst,
    /// FS_IOC_REMOVE_ENCRYPTION_KEY. Root takes it away for all users.
    package func removeEncryptionKey(_ key: EncryptionKeyID) throws(SystemError) -> KeyRemoval {
        try key.remove(from: self)
    }
}
