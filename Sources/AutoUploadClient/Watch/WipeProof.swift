import Platform

/// What a file needs to be wiped: proof that nobody else has it open. A recorder may keep minutes of a recording in its
/// memory while the file on the disk stands still.
enum WipeProof {
    /// Why a file without proof stays.
    ///
    /// - Parameter kind: of its file system; nil where that can't be read.
    static func missing(on kind: FileSystemKind?, size: UInt64, _ wipesUnproven: Bool) -> String {
        let start = "it can't be told whether somebody still has it open"
        if wipesUnproven, size == 0 { return start + ", and it is empty, as one that was just begun: it isn't wiped" }
        guard let kind, !kind.seesEveryWriter else {
            return start + ", so it isn't wiped: run this program as the user who records, or with CAP_LEASE"
        }
        return start + " on this file system (\(kind.name)), so it isn't wiped; --wipe-unknown wipes it all the same"
    }

    /// The same for a file of a folder.
    static func missing(
        for path: LocalPath, in folder: WatchedFolder, size: UInt64, _ wipesUnproven: Bool
    ) -> String {
        let kind = try? folder.directory(of: path).descriptor.fileSystemKind()
        return missing(on: kind, size: size, wipesUnproven)
    }

    /// Whether it may do without. An empty file never: it may be one that a recorder has just begun.
    static func isDispensable(size: UInt64, _ wipesUnproven: Bool) -> Bool { wipesUnproven && size > 0 }

    private static let rootless =
        "what other users than root record is only sent: without CAP_LEASE this program may not ask whether somebody has a file of "
        + "theirs open (systemd: AmbientCapabilities=CAP_LEASE; containers: --cap-add LEASE)"

    /// Why there is probably no proof for what lies in a folder, and what to do about it.
    ///
    /// - Returns: nil where nothing speaks against it: files may still turn out to be somebody else's.
    static func obstacle(in folder: WatchedFolder) -> String? {
        guard let kind = try? folder.root.descriptor.fileSystemKind(), let owner = try? folder.root.status().owner
        else { return nil }
        if !kind.seesEveryWriter {
            return "on this file system (\(kind.name)) it can't be told whether somebody has a file open: nothing is "
                + "wiped, unless --wipe-unknown says that this is no matter"
        }
        if Capabilities.coverForeignLeases { return nil }
        if owner == ProcessLimits.userID { return ProcessLimits.isRoot ? rootless : nil }
        return "the folder is another user's (number \(owner)), and this program may not ask whether somebody has a "
            + "file of theirs open: nothing of theirs is wiped. Run it as that user, or with CAP_LEASE (systemd: "
            + "AmbientCapabilities=CAP_LEASE; containers: --cap-add LEASE)"
    }
}
