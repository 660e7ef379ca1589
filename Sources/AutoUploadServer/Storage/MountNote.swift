import Platform

/// Through which mount, of which boot, the storage was served when its staging folder was last known to be in order. As long as that
/// stands, what lies there was left by a killed server, and not by a power cut: a disk that lost power, or was pulled out, has to be mounted
/// anew.
struct MountNote {
    private let own: Directory
    /// Nil where that can't be told, or says nothing: a share's server, or a FUSE program, may have been without power.
    private let present: [UInt8]?

    private static let name = FileName(constant: "mount-in-use")

    /// - Parameter own: the server's own folder.
    init(in own: Directory, of kind: FileSystemKind) {
        self.own = own
        let mount = kind.seesEveryWriter ? try? own.uniqueMount() : nil
        present = mount.flatMap { mount in bootID.map { $0 + Array(" \(mount)\n".utf8) } }
    }

    var isOfThisMount: Bool {
        guard let present else { return false }
        return (try? own.open(Self.name, .reading).readAll(limit: present.count + 1)) == present
    }

    /// Needs no flush: what counts is that it isn't there after a power cut, or is another boot's.
    func write() {
        if isOfThisMount { return }
        try? own.remove(Self.name)
        guard let present, let file = try? own.open(Self.name, .creating(permissions: 0o600)) else { return }
        try? file.write(present)
    }
}
