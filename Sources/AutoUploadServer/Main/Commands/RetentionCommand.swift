import Catalogue
import CommandLine
import Domain
import Platform
import SQLite
import Storage

/// Tells what would go by itself.
enum RetentionCommand {
    static let all = [
        ConsoleCommand(
            "files clear", options: [dryRun, ConsoleCommand.json],
            help:
                "With --dry-run, list what --keep-days and --keep-size would have deleted now, a line each: user, path, bytes, when it "
                + "was stored, because of what. The server that runs deletes it, hour by hour.", list)
    ]

    private static let dryRun = Option(
        "dry-run", section: "Commands", help: "Only tell; nothing is deleted.")

    private static let list: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        guard arguments.flag(dryRun) else {
            throw .usage("files clear takes --dry-run: what is due is deleted by the server that runs, each hour")
        }
        guard let rules = try RetentionRules(arguments) else {
            throw .usage("files clear needs --keep-days or --keep-size, as the server is given them, or --config")
        }
        let due = DueFiles(rules: rules, time: currentUnixTime(), files: try CataloguePlace(arguments).files)
        try CatalogueConsole.with(arguments) { console throws(CatalogueError) in
            let totals = try console.perform { connection throws(SQLiteError) in try connection.totals() }
            for user in totals {
                try due.forEach(of: user) { query throws(CatalogueError) in
                    try console.perform { connection throws(SQLiteError) in try connection.files(query) }
                } _: { files in
                    for file in files { row(file).print(arguments) }
                    return true
                }
            }
        }
        return .success
    }

    private static func row(_ file: DueFiles.File) -> ConsoleRow {
        var row = ConsoleRow()
        row.add("user", bytes: file.entry.user.bytes)
        row.add("path", bytes: file.entry.path.bytes)
        row.add("size", file.entry.size)
        row.add("stored", time: file.entry.stored)
        row.add("because", file.reason.rawValue)
        return row
    }
}
