import Accounts
import Catalogue
import CommandLine
import Domain
import Platform
import SQLite

/// Takes over what a python-fileserver has: its files, their addresses and its log. Its users' passwords can't be: they are hashes of
/// another kind.
enum FileserverImport {
    static let all = [
        ConsoleCommand(
            "import-fileserver", operands: ["DATABASE", "FOLDER"], options: [ConsoleCommand.owner],
            help:
                "Take over a python-fileserver's files, from its database and its FOLDER, into a user's folder (--of), with their addresses "
                + "and its log; says whose passwords have to be set anew. Done twice, it adds what is new.", run)
    ]

    private static let run: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        guard let path = arguments.operands.first, let folder = arguments.operands.last else { return .usage }
        let owner = try ConsoleCommand.owner(arguments)
        let original = try Original(path)
        let files = try addFiles(original, of: folder, to: owner, arguments)
        let (links, lines) = try CatalogueConsole.with(arguments) { console throws(CatalogueError) in
            try console.perform { connection throws(SQLiteError) in
                try connection.transaction { connection throws(SQLiteError) in
                    try takeOver(files.added, original.log, &connection)
                }
            }
        }
        for user in original.users {
            printOutput("\(escaped(user)) needs a new password: adduser -u \(escaped(user)) -f FILE --role admin")
        }
        printOutput(
            "\(files.added.count) files, \(links) new links, \(lines) new lines of log; \(files.missing) files are missing"
        )
        return files.missing == 0 ? .success : .dataError
    }

    /// - Returns: how many of them are new.
    private static func takeOver(
        _ links: [Link], _ log: [LogEntry], _ connection: inout SQLiteConnection
    ) throws(SQLiteError) -> (links: Int, lines: Int) {
        var new = (links: 0, lines: 0)
        for link in links where try connection.add(link) { new.links += 1 }
        for entry in log where try connection.addOnce(entry) { new.lines += 1 }
        return new
    }

    /// - Returns: a link for each file that is there.
    private static func addFiles(
        _ original: Original, of folder: String, to owner: UserName, _ arguments: ParsedArguments
    ) throws(ProgramError) -> (added: [Link], missing: Int) {
        let entrance = try FileEntrance(arguments)
        let place: Directory
        do throws(SystemError) {
            place = try Directory.open(path: folder)
        } catch {
            throw ProgramError(error, exitCode: .noInput)
        }
        var (links, missing) = ([Link](), 0)
        for file in original.files {
            guard let name = FileName(file.name), let path = try? RemotePath(name.bytes), let id = LinkID(file.id),
                let user = FileName(owner.text), let content = open(name, in: place)
            else {
                printError("\(escaped(file.name)) isn't there, or can't be stored under this name")
                missing += 1
                continue
            }
            let outcome = try entrance.add(content, to: path, of: owner)
            links.append(Link(id, .file, of: outcome.path, user: user, madeBy: "python-fileserver"))
        }
        return (links, missing)
    }

    private static func open(_ name: FileName, in folder: Directory) -> FileDescriptor? {
        do throws(SystemError) {
            let file = try folder.open(name, .reading)
            guard try file.status().kind == .regular else { return nil }
            return file
        } catch {
            return nil
        }
    }
}

/// What stands in a python-fileserver's database.
private struct Original {
    var users: [String] = []
    var files: [(id: String, name: String)] = []
    var log: [LogEntry] = []

    /// - Throws: when it is no such database.
    init(_ path: String) throws(ProgramError) {
        do throws(SQLiteError) {
            var connection = try SQLiteConnection(path: path, makes: false)
            try connection.execute("PRAGMA query_only = ON")
            users = try connection.query("SELECT username FROM users ORDER BY username") { $0.text(0) }
            files = try connection.query("SELECT id, filename FROM files ORDER BY filename") {
                (id: $0.text(0), name: $0.text(1))
            }
            log = try connection.query("SELECT timestamp, user, ip_address, action, info FROM logs ORDER BY timestamp")
            {
                row in
                LogEntry.Action(named: row.text(3)).map { action in
                    // Its scripts have no address but this.
                    let address = row.text(2) == LogEntry.terminal ? "" : row.text(2)
                    return LogEntry(
                        time: row.integer(0), user: row.text(1), address: address, action, info: row.text(4))
                }
            }
        } catch {
            throw ProgramError(
                "\(escaped(path)) is no database of python-fileserver: \(error)", exitCode: .dataError)
        }
    }
}
