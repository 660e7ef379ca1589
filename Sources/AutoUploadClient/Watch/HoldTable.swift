import Platform

/// Which files aren't finished, going by their names: other programs rename them when they are. Such a file is held until it
/// hasn't changed for long; then it is sent all the same, for after a crash it may be all that there is.
struct HoldTable: Sendable {
    struct Rule: Sendable {
        let pattern: NamePattern
        let seconds: Double
    }

    /// What a file waits for.
    struct Hold: Hashable, Sendable {
        /// For so long it must not have changed.
        let seconds: Double
        /// For people.
        let reason: String
    }

    static let day = 86_400.0

    /// A person's own rules. Of those that are about a file the last one counts, before any of ours.
    let own: [Rule]
    /// Bytes of the smallest file that counts as finished.
    let smallest: UInt64
    /// Whether the newest file of a folder isn't finished before a newer one stands beside it.
    let waitsForNext: Bool

    init(own: [Rule] = [], smallest: UInt64 = 0, waitsForNext: Bool = false) {
        (self.own, self.smallest, self.waitsForNext) = (own, smallest, waitsForNext)
    }

    /// What a file is held for.
    ///
    /// - Returns: nil when nothing tells that it isn't finished, or a person has said that it is not to be held.
    ///
    /// - Parameter isNewest: whether no newer one stands beside it.
    func hold(for file: FoundFile, isNewest: Bool = false) -> Hold? {
        if let rule = own.last(where: { $0.pattern.covers(file.path) }) {
            return rule.seconds > 0 ? Self.hold(rule.pattern.text, rule.seconds) : nil
        }
        if let pattern = Self.patterns.first(where: { $0.covers(file.path) }) {
            return Self.hold(pattern.text, Self.day)
        }
        if file.fingerprint.size < smallest {
            return Hold(seconds: Self.day, reason: "it is smaller than finished files are (--smallest)")
        }
        if waitsForNext, isNewest {
            return Hold(seconds: Self.day, reason: "no newer file stands beside it (--wait-for-next)")
        }
        if Self.isTemporaryOfRsync(file.path.name) { return Self.hold(".NAME.XXXXXX", Self.day) }
        // The fraction is that of the file which rsync was copying (3.5.0).
        if file.fingerprint.modified.seconds == 0 {
            return Hold(seconds: Self.day, reason: "its modification time is 0, by which rsync marks a part")
        }
        return nil
    }

    private static func hold(_ pattern: String, _ seconds: Double) -> Hold {
        Hold(seconds: seconds, reason: "its name is of those of unfinished files (\(escaped(pattern)))")
    }

    /// In the order of the tables in README and manual page.
    static let patterns = [
        // rsync: --delay-updates, --partial-dir.
        ".~tmp~/", ".rsync-partial/",
        // Syncthing, Pure-FTPd, ProFTPD and lftp, Unison.
        ".syncthing.*.tmp", "~syncthing~*.tmp", ".pureftpd-upload.*", ".in.*", ".unison.*.tmp",
        // Chromium, Firefox and wget's kin, rclone and others, FileZilla and WinSCP, and whoever says so.
        "*.crdownload", "*.part", "*.partial", "*.filepart", "*.tmp",
        // NFS: removed while somebody had it open.
        ".nfs*",
    ].compactMap(NamePattern.init)

    /// rsync's names for what it is receiving: a dot, the name, a dot, and six letters or digits.
    static func isTemporaryOfRsync(_ name: FileName) -> Bool {
        let bytes = name.bytes
        let suffix = bytes.suffix(7)
        guard bytes.count >= 9, bytes.first == dot, suffix.first == dot else { return false }
        return suffix.dropFirst().allSatisfy(isLetterOrDigit)
    }
}

private let dot = UInt8(ascii: ".")

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
    default: false
    }
}
