/// Whether a file system of the ext family keeps a journal, which its kind doesn't tell: ext2 has none, and ext4 may have been made or
/// mounted without.
package enum FileSystemJournal: Sendable {
    case inUse
    case absent
    /// The kernel doesn't say, as in some containers.
    case unknown

    /// - Parameter folder: anywhere on the file system.
    package init(of folder: Directory) throws(SystemError) {
        let status = try folder.status()
        self.init(device: status.identity.device)
        // The driver that is ext2's own tells nothing in /sys.
        if self == .unknown, let mount = try? MountInfo.ofMount(status.mount) { self = .init(type: mount.fileSystem) }
    }

    init(device: UInt64) {
        self.init(task: Self.name(ofDevice: device).flatMap { Self.text(of: "/sys/fs/ext4/\($0)/journal_task") })
    }

    /// - Parameter task: the number of the thread that writes it, or "<none>"; nil: there is nobody to ask.
    init(task: String?) {
        let word = task.map { $0.prefix { $0 != "\n" } } ?? ""
        self = Int(word) != nil ? .inUse : word == "<none>" ? .absent : .unknown
    }

    /// - Parameter type: which it was mounted as; ext3 and ext4 may have one.
    init(type: String) {
        self = type == "ext2" ? .absent : .unknown
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
