import Platform

/// Counts what a user has stored, by looking at every file.
struct UsageCount {
    /// The storage folder.
    let root: Directory
    var charge = QuotaCharge.ofDisk

    /// What is in the user's folder, as it counts against a quota: its files, each once however many names it has, and folders.
    ///
    /// - Throws: as `StoredFiles.forEach`.
    func bytes(of user: FileName) throws(SystemError) -> UInt64 {
        var sum = Sum(charge: charge)
        try StoredFiles(below: root).forEach(of: user) { sum.add($0.status) }
        return sum.bytes
    }

    private struct Sum {
        let charge: QuotaCharge
        var bytes: UInt64 = 0
        /// Files with several names. When there are too many to remember, a further name counts as a further file: a server
        /// makes none of them, and to count too much is the safe side.
        var linked: Set<FileIdentity> = []
        static let mostLinked = 100_000

        mutating func add(_ status: FileStatus) {
            if status.kind == .directory {
                bytes = bytes.plus(charge.ofFolders(1))
                return
            }
            if status.links > 1 {
                if linked.contains(status.identity) { return }
                if linked.count < Self.mostLinked { linked.insert(status.identity) }
            }
            bytes = bytes.plus(charge.ofFile(status.size))
        }
    }
}
