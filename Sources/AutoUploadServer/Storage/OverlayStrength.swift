import Platform

/// An overlayfs keeps what its upper layer keeps, where it hands flushes on at all.
extension StorageStrength {
    init(ofOverlay root: Directory) throws(SystemError) {
        let mount = try MountInfo.ofMount(try root.status().mount)
        self.init(overlay: mount, keepsOnDisk: try Self.hasExtents(root)) { path in
            try? Directory.open(path: path).descriptor.fileSystemKind()
        }
        if self == .known, let upper = mount?.options["upperdir"], let warning = Self.warning(ofUpper: upper) {
            self = warning
        }
    }

    /// What an admin should know of the upper layer, where it can be seen.
    private static func warning(ofUpper path: String) -> StorageStrength? {
        guard let folder = try? Directory.open(path: path), (try? folder.descriptor.fileSystemKind()) != .overlay,
            let strength = try? StorageStrength(of: folder), case .conditional = strength
        else { return nil }
        return strength
    }

    /// - Parameters:
    ///   - keepsOnDisk: whether a file there has a place on a disk.
    ///   - kind: of the file system that a folder lies on; nil where it can't be seen, as in a container.
    init(overlay mount: MountInfo?, keepsOnDisk: Bool, kind: (String) -> FileSystemKind?) {
        // "fsync=volatile" is what newer kernels call it.
        if let options = mount?.options, options["volatile"] != nil || options["fsync"] == "volatile" {
            self = .weak("is on an overlayfs that is mounted \"volatile\": it flushes nothing")
        } else if !keepsOnDisk {
            let upper = mount?.options["upperdir"]
            let name = upper.flatMap(kind).map { " (\($0.name))" } ?? ""
            self = .weak(
                "is on an overlayfs whose upper layer \(upper.map { escaped($0) } ?? "")\(name) isn't on a disk, as on live systems"
            )
        } else {
            self = .known
        }
    }

    /// The upper layer may be out of sight, in a container or on a live system. But whether a file of it has a place on a disk is
    /// asked through the overlay: memory and FUSE have no answer.
    private static func hasExtents(_ root: Directory) throws(SystemError) -> Bool {
        if let file = try? root.makeUnnamedFile(permissions: 0o600) { return file.hasExtentMap }
        do throws(SystemError) {
            let trial = try Trial.randomName()
            let file = try root.open(trial, .creating(permissions: 0o600))
            defer { try? root.remove(trial) }
            return file.hasExtentMap
        } catch {
            // A server that has served here before starts on a full disk, too.
            if error.isLackOfRoom { return true }
            throw error
        }
    }
}
