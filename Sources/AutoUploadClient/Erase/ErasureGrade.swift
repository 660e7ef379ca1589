import Platform

/// What overwriting a file is worth on what it lies on, from the least to the most: `docs/ERASURE.md`.
enum ErasureGrade: String, CaseIterable, Sendable {
    /// The old content stays where it was: copy on write, a log, a snapshot.
    case ineffective
    /// Nobody here knows: a network, FUSE, a virtual machine's disk.
    case unknown
    /// The file system overwrites it, but the controller may keep what was there.
    case flash
    /// What stays can be read by who has the medium's key only.
    case encrypted
    /// What was there is overwritten.
    case inPlace = "in-place"

    /// For people, who may have to look the word up.
    var explanation: String {
        switch self {
        case .ineffective: "ineffective: what was there stays there"
        case .unknown: "unknown"
        case .flash: "best effort on flash"
        case .encrypted: "encrypted medium"
        case .inPlace: "in place"
        }
    }
}

extension ErasureGrade: Comparable {
    static func < (left: ErasureGrade, right: ErasureGrade) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What a folder's files stand on, as far as wiping goes.
struct ErasureGround: Hashable, Sendable {
    let grade: ErasureGrade
    /// Whether what stays somewhere is encrypted there.
    var isEncrypted = false
    /// Why, for people, escaped.
    let reason: String

    /// What it is worth where the content isn't overwritten at all.
    var withoutOverwriting: ErasureGrade { isEncrypted ? .encrypted : .ineffective }

    /// What it is worth for a file of that placing.
    func grade(_ placing: ContentPlacing) -> ErasureGrade {
        let isEncrypted = isEncrypted || placing.contains(.encrypted)
        let staysElsewhere = !placing.isDisjoint(with: [.shared, .inline, .encoded, .journaled])
        let grade = staysElsewhere ? .ineffective : grade
        return isEncrypted ? max(grade, .encrypted) : grade
    }
}

extension ErasureGround: CustomStringConvertible {
    var description: String { "\(grade.explanation): \(reason)" }
}
