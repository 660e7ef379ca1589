internal import CSystemShims

/// Names the key that the files of a folder are encrypted by: fscrypt, with policies of version 2.
package struct EncryptionKeyID: Hashable, Sendable {
    private let bytes: [UInt8]

    private static let length = 16

    fileprivate init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    fileprivate static func of(_ folder: Directory) -> EncryptionKeyID? {
        var bytes = [UInt8](repeating: 0, count: length)
        guard unsafe shim_encryption_key(folder.descriptor.rawValue, &bytes) == 0 else { return nil }
        return EncryptionKeyID(bytes)
    }

    fileprivate func remove(from folder: Directory) throws(SystemError) -> Bool {
        var isBusy: CInt = 0
        try systemCall("take away an encryption key") {
            unsafe shim_remove_encryption_key(folder.descriptor.rawValue, bytes, &isBusy)
        }
        return isBusy == 0
    }
}

extension EncryptionKeyID: CustomStringConvertible {
    /// 32 hexadecimal digits, as fscryptctl writes them.
    package var description: String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

extension Directory {
    /// By which key its files are encrypted; nil where they aren't, or it can't be told.
    package var encryptionKey: EncryptionKeyID? { .of(self) }

    /// Takes a key away from the kernel: nobody makes or opens a file under it any more. See the kernel's fscrypt.rst,
    /// FS_IOC_REMOVE_ENCRYPTION_KEY.
    ///
    /// - Returns: false where some file is open under it; to call it once more then, when it is closed, ends that, too. True also
    ///   where the kernel didn't have the key.
    package func removeEncryptionKey(_ key: EncryptionKeyID) throws(SystemError) -> Bool {
        do throws(SystemError) {
            return try key.remove(from: self)
        } catch {
            if error.errno == .noKey { return true }
            throw error
        }
    }
}
