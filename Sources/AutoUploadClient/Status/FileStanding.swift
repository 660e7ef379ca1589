import Domain
import Encodings
import Platform

/// How a file stands, and why: what `status` and `--dry-run` tell.
struct FileStanding: Hashable, Sendable {
    /// The words that people and programs see.
    enum Kind: String, CaseIterable, Sendable {
        /// It is due.
        case send, wipe
        /// It was confirmed, and is to stay.
        case confirmed
        /// It may still change.
        case settling
        /// Somebody has it open for writing.
        case open
        /// Its name, or what stands beside it, says that it isn't finished.
        case held
        /// The server didn't take it.
        case refused
        case unreadable
        /// Its name can't travel.
        case unusable
        /// It was confirmed, and isn't wiped for now.
        case kept
        /// It was confirmed, and isn't wiped, as it can't be told whether somebody has it open.
        case unproven
    }

    let path: LocalPath
    let size: UInt64
    let kind: Kind
    /// For people, escaped; empty where the kind says all.
    let reason: String
    /// When it is looked at again, if that can be told.
    var next: Instant?
}

extension FileStanding {
    /// "in 12 s", where it waits for its time.
    func wait(at now: Instant) -> UInt64? {
        next.map { UInt64($0.seconds(since: now).rounded(.up)) }
    }

    /// A line for people.
    func text(at now: Instant) -> String {
        let reasonText = reason.isEmpty ? "" : ": \(reason)"
        let waitText = wait(at: now).map { " (again in \($0) s)" } ?? ""
        let name = kind.rawValue + String(repeating: " ", count: max(1, 11 - kind.rawValue.count))
        return "\(name)\(path)\(reasonText)\(waitText)"
    }

    func json(at now: Instant) -> String {
        var object = JSONText()
        // As it is, where JSON can hold it; else as people see it.
        object.add("path", String(validating: path.bytes, as: UTF8.self) ?? path.description)
        object.add("bytes", size)
        object.add("standing", kind.rawValue)
        if !reason.isEmpty { object.add("reason", reason) }
        object.add("again-in", wait(at: now))
        return object.text
    }
}

/// How the files stand that aren't done with: all are counted, some are named.
struct Standings: Hashable, Sendable {
    private(set) var counts: [FileStanding.Kind: Int] = [:]
    private(set) var named: [FileStanding] = []

    /// So many of each kind are named at most: the report fits into memory, however many files wait.
    private static let mostNamed = 20

    /// - Parameter reason: asked for only where the file is named.
    mutating func add(
        _ kind: FileStanding.Kind, _ path: LocalPath, _ size: UInt64, seconds: Double? = nil,
        _ reason: @autoclosure () -> String
    ) {
        let count = counts[kind, default: 0]
        counts[kind] = count + 1
        guard count < Self.mostNamed else { return }
        named.append(
            FileStanding(
                path: path, size: size, kind: kind, reason: reason(),
                next: seconds.map { Instant.now.advanced(bySeconds: $0) }))
    }
}
