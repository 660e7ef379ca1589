import Accounts
import Catalogue
import CommandLine
import Domain
import Platform
import SQLite

/// Commands about stored files.
enum FileCommands {
    static let all = [
        ConsoleCommand(
            "files list", options: [ConsoleCommand.user, ConsoleCommand.json],
            help:
                "List what is stored, a line each: user, path, bytes, when it was stored, SHA-256 as far as it is known.",
            list),
        ConsoleCommand(
            "files add", operands: ["FILE"], options: [ConsoleCommand.owner, destination, ConsoleCommand.json],
            help:
                "Add a file to a user's (--of), by the way of every upload: by the server that runs, or, as its user, without one. "
                + "Tells user, path and SHA-256 of what is durable then.", add),
    ]

    private static let destination = Option(
        "as", value: .text("PATH"), section: "Commands",
        help: "Where it goes in the user's folder. Its name, directly there, unless given.")

    private static let add: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let file = arguments.operands.first ?? ""
        let user = try ConsoleCommand.owner(arguments)
        let name = file.split(separator: "/").last.map(String.init) ?? ""
        let path = try remotePath(arguments.optionalString(of: destination) ?? name)
        let outcome = try FileEntrance(arguments).add(try opened(file), to: path, of: user)
        var row = ConsoleRow()
        row.add("user", user.text)
        row.add("path", bytes: outcome.path)
        row.add("sha256", outcome.digest.description)
        row.add("was", outcome.wasThere ? "already-there" : "stored")
        row.print(arguments)
        return .success
    }

    private static func opened(_ path: String) throws(ProgramError) -> FileDescriptor {
        do throws(SystemError) {
            return try FileDescriptor.openForReading(path: path)
        } catch {
            throw ProgramError(error, exitCode: .noInput)
        }
    }

    static func remotePath(_ text: String) throws(ProgramError) -> RemotePath {
        do throws(RemotePath.Flaw) {
            return try RemotePath(Array(text.utf8))
        } catch {
            throw ProgramError("no file can be stored under the path \(escaped(text)): \(error)", exitCode: .dataError)
        }
    }

    private static let list: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        var query = FileQuery(.everything)
        if let name = arguments.optionalString(of: ConsoleCommand.user) {
            guard let user = FileName(name) else { throw .usage("--user: no user can have this name") }
            query = FileQuery(.user(user))
        }
        (query.order, query.limit) = (.name, FileQuery.limits.upperBound)
        try CatalogueConsole.with(arguments) { console throws(CatalogueError) in
            while true {
                let current = query
                let page = try console.perform { connection throws(SQLiteError) in try connection.files(current) }
                for file in page.files { row(file).print(arguments) }
                guard let next = page.next else { return }
                query.after = next
            }
        }
        return .success
    }

    private static func row(_ file: FileEntry) -> ConsoleRow {
        var row = ConsoleRow()
        row.add("user", bytes: file.user.bytes)
        row.add("path", bytes: file.path.bytes)
        row.add("size", file.size)
        row.add("stored", time: file.stored)
        row.add("sha256", file.digest?.description)
        return row
    }
}
