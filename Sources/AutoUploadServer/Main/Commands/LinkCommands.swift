import Accounts
import Catalogue
import CommandLine
import Platform
import SQLite
import Storage

/// Commands about links.
enum LinkCommands {
    private static let days = Option(
        "days", value: .integer("DAYS", 1...36_500), section: "Commands",
        help: "How long the link is good. Without end unless given.")
    private static let uses = Option(
        "uses", value: .integer("NUMBER", 1...1_000_000_000), section: "Commands",
        help: "How many downloads, or files that are added, it is good for. Any number unless given.")
    private static let byName = Option(
        "by-name", section: "Commands",
        help:
            "Give the link of a file the short address that follows from the file's name: whoever knows the name knows it."
    )
    private static let drop = Option(
        "drop", section: "Commands", help: "Let files be added to the folder by the link, and show nothing of it.")

    private static let largest = Option(
        "largest", value: .size(), section: "Commands",
        help: "Of a link by which files are added (--drop): the largest file.")
    private static let bytes = Option(
        "bytes", value: .size(), section: "Commands",
        help: "Of a link by which files are added (--drop): bytes that it takes in all.")
    private static let note = Option(
        "note", value: .text("TEXT"), section: "Commands", help: "For who follows the link; shown as it is.")
    private static let captcha = Option(
        "captcha", section: "Commands",
        help: "Of a link by which files are added (--drop): each costs its sender some work, by scripts of the page.")
    private static let passwordFile = Option(
        "password-file", value: .text("FILE"), section: "Commands",
        help: "Have the link ask for the password in this file's first line; -: of standard input.")

    static let all = [
        ConsoleCommand(
            "links list", options: [ConsoleCommand.json],
            help:
                "List the links, the newest first: address, kind, user, path, end, uses, uses that are left, who made it.",
            list),
        ConsoleCommand(
            "links make", operands: ["PATH"],
            options: [
                ConsoleCommand.owner, days, uses, byName, drop, largest, bytes, note, captcha, passwordFile,
            ],
            help: "Make a link of a file or folder of a user's (--of), and show its address below the server's.", make),
        ConsoleCommand("links revoke", operands: ["ID"], help: "Have a link end now.", revoke),
    ]

    private static let list: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let links = try CatalogueConsole.with(arguments) { console throws(CatalogueError) in
            try console.perform { connection throws(SQLiteError) in try connection.links(limit: .max) }
        }
        for link in links { row(link).print(arguments) }
        return .success
    }

    private static func row(_ link: Link) -> ConsoleRow {
        var row = ConsoleRow()
        row.add("id", link.id.text)
        row.add("kind", "\(link.kind)")
        row.add("user", bytes: link.user.bytes)
        row.add("path", bytes: link.path)
        row.add("ends", time: link.ends)
        row.add("uses", link.uses)
        row.add("left", link.usesLeft)
        row.add("madeBy", link.madeBy)
        return row
    }

    private static let make: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let link = try withBounds(try newLink(arguments), arguments)
        let isNew = try CatalogueConsole.with(arguments) { console throws(CatalogueError) in
            try console.perform { connection throws(SQLiteError) in
                try connection.transaction { connection throws(SQLiteError) in
                    guard try connection.add(link) else { return false }
                    try connection.add(entry(.linkMade, link.id, link.target))
                    return true
                }
            }
        }
        guard isNew else {
            throw ProgramError(
                "another file of this name is shared by it already: revoke \(link.id.text) first, or leave out --by-name",
                exitCode: .dataError)
        }
        printOutput("/\(link.id.text)")
        return .success
    }

    private static func newLink(_ arguments: ParsedArguments) throws(ProgramError) -> Link {
        let owner = try ConsoleCommand.owner(arguments)
        guard let text = arguments.operands.first, let user = FileName(owner.text) else {
            throw .usage("PATH is missing")
        }
        let path = Array(text.utf8)
        let place = try CataloguePlace(arguments)
        do throws(SystemError) {
            let found = try place.files.kind(of: path, user: user)
            let wanted: Link.Kind = arguments.flag(drop) ? .drop : found == .directory ? .folder : .file
            // A folder that files are to be added to may come with the first of them.
            let isThere = found.map { ($0 == .directory) == (wanted != .file) } ?? (wanted == .drop)
            guard isThere else {
                throw SystemError("find", escaped(path), errno: wanted == .drop ? .notDirectory : .noEntry)
            }
            if arguments.flag(byName), wanted != .file {
                throw SystemError("share by name", escaped(path), errno: .isDirectory)
            }
            let name = path.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? []
            let id = try arguments.flag(byName) ? LinkID.ofName(name) : LinkID.random()
            guard let id else { throw SystemError("make a link", errno: .noMemory) }
            var link = Link(id, wanted, of: path, user: user, madeBy: LogEntry.terminal)
            link.ends = arguments.optionalInteger(of: days).map { link.made + Int64($0) * 86_400 }
            link.usesLeft = arguments.optionalInteger(of: uses).map { Int64($0) }
            return link
        } catch {
            throw ProgramError(error, exitCode: .noInput)
        }
    }

    private static func withBounds(_ link: Link, _ arguments: ParsedArguments) throws(ProgramError) -> Link {
        var link = link
        link.note = arguments.optionalString(of: note) ?? ""
        (link.largest, link.bytesLeft) = (arguments.optionalSize(of: largest), arguments.optionalSize(of: bytes))
        link.needsProof = arguments.flag(captcha)
        let isOfDrops = link.largest != nil || link.bytesLeft != nil || link.needsProof
        if isOfDrops, link.kind != .drop { throw .usage("--largest, --bytes and --captcha are for --drop") }
        if let file = arguments.optionalString(of: passwordFile) {
            link.password = try LinkPassword.hash(ofFile: file)
        }
        return link
    }

    private static let revoke: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let text = arguments.operands.first ?? ""
        let isRevoked = try CatalogueConsole.with(arguments) { console throws(CatalogueError) in
            guard let id = LinkID(text) else { return false }
            return try console.perform { connection throws(SQLiteError) in
                try connection.transaction { connection throws(SQLiteError) in
                    guard let link = try connection.link(id), try connection.revoke(id) else { return false }
                    try connection.add(entry(.linkRevoked, id, link.target))
                    return true
                }
            }
        }
        guard isRevoked else { throw ProgramError("there is no link \(escaped(text))", exitCode: .noInput) }
        return .success
    }

    private static func entry(_ action: LogEntry.Action, _ id: LinkID, _ path: [UInt8]) -> LogEntry {
        LogEntry(user: LogEntry.terminal, address: "", action, info: "\(id.text) \(escaped(path))")
    }
}
