/// Whether a file system of the ext family keeps a journal, which its kind doesn't tell: ext2 has none, and ext4 may have been made or
/// mounted without.
package struct FileSystemJournal {
    /// - Returns: whether the kernel says that there is one; also false where it doesn't say, as in some containers.
    package static func isInUse(device: UInt64) -> Bool {
        guard let name = name(ofDevice: device) else { return false }
        // The number of the thread that writes it, or "<none>".
        guard let task = text(of: "/sys/fs/ext4/\(name)/journal_task") else { return false }
        return Int(task.prefix { $0 != "\n" }) != nil
    }

    private static func name(ofDevice device: UInt64) -> String? {
        let (major, minor) = DeviceNumber(device).parts
        let lines = text(of: "/sys/dev/block/\(major):\(minor)/uevent")?.split(separator: "\n")
        let key = "DEVNAME="
        // As the kernel does it in the names of its own folders.
        return lines?.first { $0.hasPrefix(key) }.map { String($0.dropFirst(key.count).map { $0 == "/" ? "!" : $0 }) }
    }

    private static func text(of path: String) -> String? {
        guard let bytes = try? FileDescriptor.openForReading(path: path).readAll(limit: 4096) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A device's number as the C library packs it: `makedev`.
struct DeviceNumber {
    let parts: (major: UInt64, minor: UInt64)

    init(_ packed: UInt64) {
        parts = ((packed >> 32) & 0xffff_f000 | (packed >> 8) & 0xfff, (packed >> 12) & 0xffff_ff00 | packed & 0xff)
    }
}
