import Catalogue
import CommandLine
import Platform
import SQLite

/// Commands about the catalogue's log.
enum LogCommands {
    private static let action = Option(
        "action", value: .text("ACTION"), section: "Commands",
        help: "Of this kind only: \(LogEntry.Action.allCases.map(\.name).joined(separator: ", ")).")
    private static let olderThan = Option(
        "older-than", value: .integer("DAYS", 0...36_500), defaultText: "30", section: "Commands",
        help: "Only lines that are as old as this; 0: all.")

    static let all = [
        ConsoleCommand(
            "log list", options: [ConsoleCommand.user, action, ConsoleCommand.json],
            help: "List the catalogue's log, the newest line first: when, user, address, what was done, and to what.",
            list),
        ConsoleCommand(
            "log anonymise", options: [olderThan],
            help:
                "Take users and addresses out of older lines of the log now, as the server does by itself (--anonymise-after).",
            anonymise),
    ]

    private static let list: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        var query = LogQuery()
        query.user = arguments.optionalString(of: ConsoleCommand.user)
        if let name = arguments.optionalString(of: action) {
            query.action = LogEntry.Action(named: name)
            if query.action == nil { throw .usage("--action: there is no action \(escaped(name))") }
        }
        query.limit = FileQuery.limits.upperBound
        try CatalogueConsole.with(arguments) { console throws(CatalogueError) in
            while true {
                let current = query
                let page = try console.perform { connection throws(SQLiteError) in try connection.log(current) }
                for entry in page.entries { row(entry).print(arguments) }
                guard let next = page.next else { return }
                query.after = next
            }
        }
        return .success
    }

    private static func row(_ entry: LogEntry) -> ConsoleRow {
        var row = ConsoleRow()
        row.add("time", time: entry.time / 1000)
        row.add("user", entry.user)
        row.add("address", entry.address.isEmpty ? nil : entry.address)
        row.add("action", entry.action.name)
        row.add("info", entry.info)
        return row
    }

    private static let anonymise: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let days = Int64(try arguments.integer(of: olderThan))
        // Those of this second, too.
        let bound = currentUnixTime() - days * 86_400 + (days == 0 ? 1 : 0)
        var lines = 0
        try CatalogueConsole.with(arguments) { console throws(CatalogueError) in
            while true {
                let changed = try console.perform { connection throws(SQLiteError) in
                    try connection.anonymise(before: bound)
                }
                lines += changed
                if changed == 0 { return }
            }
        }
        printOutput("\(lines) lines name nobody any more")
        return .success
    }
}
