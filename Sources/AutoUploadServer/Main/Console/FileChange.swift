import Connections
import Domain
import Encodings
import Events
import Platform
import Storage

/// What a command at the console wants to be done with a stored file, or a folder of them.
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

    /// What became of it, and what is to be told of that.
    typealias Outcome = (answer: Answer, events: [ServerEvent])

    func perform(on vault: Vault) -> Outcome {
        do throws(VaultError) {
            return try kind == .restore ? restore(on: vault) : delete(on: vault)
        } catch {
            return (.refused(error.description), [])
        }
    }

    /// A file; or, where there is none under the path, all that is below it.
    private func delete(on vault: Vault) throws(VaultError) -> Outcome {
        let isFinal = kind == .remove
        let outcome = vault.delete([path], of: user, isFinal: isFinal).first
        if let file = try outcome?.get() { return (.done(file.path.bytes), [.deleted(nil, owner: user, file)]) }
        let files = try vault.files(below: path, of: user, limit: Vault.mostFilesOfTrash + 1)
        if files.count > Vault.mostFilesOfTrash {
            return (
                .refused("it holds more than \(Vault.mostFilesOfTrash) files: delete the folders in it one by one"), []
            )
        }
        return outcomeOfMany(vault.delete(files, of: user, isFinal: isFinal)) { .deleted(nil, owner: user, $0) }
    }

    private func restore(on vault: Vault) throws(VaultError) -> Outcome {
        if let file = try vault.restoreLatest(path, of: user) {
            return (.done(file.path.bytes), [.restored(nil, owner: user, file)])
        }
        return outcomeOfMany(try vault.restoreLatest(below: path, of: user)) { .restored(nil, owner: user, $0) }
    }

    private func outcomeOfMany<File>(
        _ results: [Result<File?, VaultError>], _ event: (File) -> ServerEvent
    ) -> Outcome {
        var (events, troubles) = ([ServerEvent](), [VaultError]())
        for result in results {
            switch result {
            case .success(let file): if let file { events.append(event(file)) }
            case .failure(let error): troubles.append(error)
            }
        }
        if let trouble = troubles.first {
            return (.refused("\(events.count) files were, and \(troubles.count) weren't: \(trouble)"), events)
        }
        return (events.isEmpty ? .notThere : .done(path.bytes), events)
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
