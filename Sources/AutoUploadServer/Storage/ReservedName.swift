import Domain
import Platform

extension FileName {
    /// Whether it is, or may be to a file system that ignores case and with it what nobody sees (casefold of ext4 and f2fs), a name that
    /// begins as the server's own do. These lie in users' folders and below; no path holds one plainly (`RemotePath`).
    var mayBeReserved: Bool {
        let first = bytes.first ?? 0
        // Nearly all names are done with here.
        guard first == UInt8(ascii: ".") || first >= 0x80 else { return false }
        let seen = String(decoding: bytes, as: UTF8.self).unicodeScalars.filter {
            !$0.properties.isDefaultIgnorableCodePoint
        }
        // Each finds letters that the other doesn't.
        return [String(seen).lowercased(), String(seen).uppercased().lowercased()].contains {
            $0.utf8.starts(with: RemotePath.reservedPrefix)
        }
    }

    /// - Throws: `.nameUnusable`.
    func requireUnreserved() throws(VaultError) {
        if mayBeReserved { throw .nameUnusable(self) }
    }
}
