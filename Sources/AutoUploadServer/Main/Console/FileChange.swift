import Connections
import Domain
import Encodings
import Events
import Platform
import Storage

/// What a command at the console wants to be done with a stored file.
struct FileChange: Sendable {
    enum Kind: UInt8, Sendable {
        /// To the trash.
        case delete = 1
        case remove
        /// What was deleted last under the path.
        case restore
    }

    let kind: Kind
    let user: FileName
    let path: RemotePath

    /// A record that begins so is one of these: no user's name has no bytes.
    static let mark: UInt8 = 0

    /// What became of it.
    enum Answer: Sendable {
        /// Under which path it stood, or stands.
        case done([UInt8])
        case notThere
        /// Why not.
        case refused(String)
    }

    // MARK: Doing it

    /// - Returns: what became of it, and what is to be told of that.
    func perform(on vault: Vault) -> (answer: Answer, event: ServerEvent?) {
        do throws(VaultError) {
            if kind == .restore {
                guard let file = try vault.restoreLatest(path, of: user) else { return (.notThere, nil) }
                return (.done(file.path.bytes), .restored(nil, owner: user, file))
            }
            let outcome = vault.delete([path], of: user, isFinal: kind == .remove).first
            guard let file = try outcome?.get() else { return (.notThere, nil) }
            return (.done(file.path.bytes), .deleted(nil, owner: user, file))
        } catch {
            return (.refused(error.description), nil)
        }
    }
}

// MARK: - In records

extension FileChange {
    init?(takingFrom record: inout Span<UInt8>) {
        guard let code: UInt8 = record.takeInteger(), let kind = Kind(rawValue: code),
            let nameLength: UInt8 = record.takeInteger(), let name = record.takeBytes(Int(nameLength)),
            let user = FileName(name), let pathLength: UInt16 = record.takeInteger(),
            let bytes = record.takeBytes(Int(pathLength)), let path = try? RemotePath(bytes), record.isEmpty
        else { return nil }
        self.init(kind: kind, user: user, path: path)
    }

    func write(to record: inout [UInt8]) {
        record += [kind.rawValue, UInt8(truncatingIfNeeded: user.bytes.count)] + user.bytes
        record.writeInteger(UInt16(truncatingIfNeeded: path.bytes.count))
        record += path.bytes
    }
}

extension FileChange.Answer {
    init?(code: UInt8, text: [UInt8]) {
        switch code {
        case 0: self = .refused(String(decoding: text, as: UTF8.self))
        case 1: self = .done(text)
        case 2: self = .notThere
        default: return nil
        }
    }

    var code: UInt8 {
        switch self {
        case .refused: 0
        case .done: 1
        case .notThere: 2
        }
    }

    var text: [UInt8] {
        switch self {
        case .refused(let why): Array(why.utf8)
        case .done(let path): path
        case .notThere: []
        }
    }
}
