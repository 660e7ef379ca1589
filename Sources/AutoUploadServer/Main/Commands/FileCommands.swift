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
            list)
    ]

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
