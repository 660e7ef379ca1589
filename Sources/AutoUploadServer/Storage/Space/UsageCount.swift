import Domain
import Platform

/// Counts what a user has stored, by looking at every file: the folder is the truth, whatever anybody has put into it or taken
/// out. A million files take seconds, and no more memory than a few.
struct UsageCount {
    /// The storage folder.
    let root: Directory
    var charge = QuotaCharge.ofDisk

    /// What is in the user's folder, as it counts against a quota: its files, each once however many names it has, and folders.
    ///
    /// What is no file of the storage isn't counted: links, other file systems mounted below, subvolumes, and what nobody's path
    /// can reach because it lies too deep or the server may not read it.
    ///
    /// - Throws: `SystemError` when some of it can't be looked at, other than because it has just gone.
    func bytes(of user: FileName) throws(SystemError) -> UInt64 {
        guard let folder = try Self.lookingPastGaps({ () throws(SystemError) in try root.openFolder(user) }) else {
            return 0
        }
        let place = try folder.status().place
        var sum = Sum(device: place.identity.device, mount: place.mount, charge: charge)
        try Self.add(folder, depth: 0, to: &sum)
        return sum.bytes
    }

    private struct Sum {
        let device: UInt64
        let mount: UInt64
        let charge: QuotaCharge
        var bytes: UInt64 = 0
        /// Files with several names. When there are too many to remember, a further name counts as a further file: a server
        /// makes none of them, and to count too much is the safe side.
        var linked: Set<FileIdentity> = []
        static let mostLinked = 100_000

        /// A folder of another device may be under the same mount: a subvolume of btrfs, such as a snapshot, which nothing is stored
        /// in. Files on layers (overlayfs) have other device numbers than their folders.
        func isElsewhere(_ status: FileStatus) -> Bool {
            if mount == 0 || status.kind == .directory, status.identity.device != device { return true }
            return status.mount != mount
        }

        mutating func add(_ file: FileStatus) {
            if file.links > 1 {
                if linked.contains(file.identity) { return }
                if linked.count < Self.mostLinked { linked.insert(file.identity) }
            }
            bytes = bytes.plus(charge.ofFile(file.size))
        }
    }

    private static func add(_ folder: Directory, depth: Int, to sum: inout Sum) throws(SystemError) {
        try folder.forEachName { name throws(SystemError) in
            // What is in the server's own folder is counted as under way.
            if depth == 0, name == StoreMarker.name || name == StoragePlace.ownFolder || Trial.isOne(name) {
                return
            }
            guard let status = try lookingPastGaps({ () throws(SystemError) in try folder.status(of: name) }),
                !sum.isElsewhere(status)
            else { return }
            if status.kind == .regular { sum.add(status) }
            guard status.kind == .directory else { return }
            sum.bytes = sum.bytes.plus(sum.charge.ofFolders(1))
            guard depth < RemotePath.maximumComponents,
                let below = try lookingPastGaps({ () throws(SystemError) in try folder.openFolder(name) })
            else { return }
            try add(below, depth: depth + 1, to: &sum)
        }
    }

    /// - Returns: nil for what has gone meanwhile, isn't what it was, or isn't the server's to read.
    private static func lookingPastGaps<R>(_ look: () throws(SystemError) -> R) throws(SystemError) -> R? {
        do throws(SystemError) {
            return try look()
        } catch {
            if gaps.contains(error.errno) { return nil }
            throw error
        }
    }

    private static let gaps: Set<Errno> = [.noEntry, .notDirectory, .tooManyLinks, .accessDenied, .crossDevice]
}
