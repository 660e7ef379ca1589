import Accounts
import Catalogue
import CommandLine
import Connections
import Domain
import Events
import Platform
import Storage

/// Commands that delete files, and have them back.
enum TrashCommands {
    static let all = [
        ConsoleCommand(
            "files delete", operands: ["PATH"], repeatsOperand: true,
            options: [ConsoleCommand.owner, now, ConsoleCommand.json],
            help:
                "Move files of a user (--of), or folders with all that is below them, to the user's trash, from where they can be had back "
                + "for --trash-days: by the server that runs, or, as its user, without one. A device may have wiped its own copy.",
            delete),
        ConsoleCommand(
            "files restore", operands: ["PATH"], repeatsOperand: true,
            options: [ConsoleCommand.owner, ConsoleCommand.json],
            help:
                "Take files or folders of a user (--of) out of the trash: of several of one path, what was deleted last.",
            restore),
        ConsoleCommand(
            "files trash", options: [ConsoleCommand.user, ConsoleCommand.json],
            help: "List what is in the trash, a line each: user, path, bytes, when it was deleted.", list),
    ]

    private static let now = Option(
        "now", section: "Commands", help: "Remove it for good, not to the trash: it can't be had back.")

    private static let delete: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        try change(arguments, arguments.flag(now) ? .remove : .delete)
    }

    private static let restore: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        try change(arguments, .restore)
    }

    private static func change(_ arguments: ParsedArguments, _ kind: FileChange.Kind) throws(ProgramError) -> ExitCode {
        let owner = try ConsoleCommand.owner(arguments)
        guard let user = FileName(owner.text) else { throw .usage("--of: no user can have this name") }
        var changes: [FileChange] = []
        for path in arguments.operands {
            changes.append(FileChange(kind: kind, user: user, path: try FileCommands.remotePath(path)))
        }
        let access = try StorageAccess(arguments)
        var code = ExitCode.success
        for change in changes {
            var row = ConsoleRow()
            row.add("user", owner.text)
            switch try access.perform(change) {
            case .done(let path):
                row.add("path", bytes: path)
                row.add("was", kind.word)
            case .notThere:
                row.add("path", bytes: change.path.bytes)
                row.add("was", "not-there")
                code = .noInput
            case .refused(let why):
                throw ProgramError("\(escaped(change.path.bytes)): \(why)", exitCode: .cantCreate)
            }
            row.print(arguments)
        }
        return code
    }

    private static let list: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let files = try CataloguePlace(arguments).files
        do throws(SystemError) {
            var users = try files.users().sorted()
            if let name = arguments.optionalString(of: ConsoleCommand.user) {
                users = users.filter { $0.bytes.elementsEqual(name.utf8) }
            }
            for user in users {
                for batch in try files.trash.batches(of: user).sorted(by: >) {
                    for file in try files.trash.files(in: batch, of: user, limit: .max) {
                        row(file, batch, user).print(arguments)
                    }
                }
            }
        } catch {
            throw ProgramError(error, exitCode: .noPermission)
        }
        return .success
    }

    private static func row(_ file: DeletedFile, _ batch: TrashBatch, _ user: FileName) -> ConsoleRow {
        var row = ConsoleRow()
        row.add("user", bytes: user.bytes)
        row.add("path", bytes: file.path.bytes)
        row.add("size", file.size)
        row.add("deleted", time: batch.time)
        return row
    }
}

extension FileChange.Kind {
    /// For scripts: what was done.
    fileprivate var word: String {
        switch self {
        case .delete: "deleted"
        case .remove: "removed"
        case .restore: "restored"
        }
    }
}

extension StorageAccess {
    private static let together = 1000

    fileprivate func perform(_ change: FileChange) throws(ProgramError) -> FileChange.Answer {
        switch way {
        case .own(let vault, let catalogue):
            let (answer, events) = change.perform(on: vault)
            for start in stride(from: 0, to: events.count, by: Self.together) {
                catalogue.note(events.dropFirst(start).prefix(Self.together).flatMap(\.catalogueNotes))
                // It keeps a bounded number in mind.
                try? catalogue.settle()
            }
            return answer
        case .server(let name, let owner):
            let answer: FileChange.Answer?
            do throws(SystemError) {
                let connection = try Self.connection(to: name, of: owner)
                try ConsoleMessages.write(change, to: connection)
                connection.endOutput()
                answer = try ConsoleMessages.readChange(from: connection)
            } catch {
                throw .unreachable(error)
            }
            guard let answer else { throw .notServed }
            return answer
        }
    }
}
