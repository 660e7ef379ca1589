import Catalogue
import CommandLine
import Platform
import Storage

/// Commands about the catalogue itself.
enum CatalogueCommands {
    static let all = [
        ConsoleCommand(
            "catalogue rebuild",
            help:
                "Compare the catalogue's index with the folder, and mend it. A server that runs does it, within seconds.",
            rebuild),
        ConsoleCommand(
            "catalogue check", options: [ConsoleCommand.json],
            help:
                "Tell where the catalogue's index and the folder differ, a line each: missing in it, gone from the folder, or changed. "
                + "Leaves with 65 when they do.", check),
    ]

    /// Seconds that a rebuilding may take.
    private static let patience = 86_400.0

    private static let rebuild: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let place = try CataloguePlace(arguments)
        do throws(CatalogueError) {
            if let lock = try keepServersOut(of: place) {
                try rebuildAlone(place)
                _ = consume lock
            } else {
                try haveRebuilt(place)
            }
            return .success
        } catch {
            throw ProgramError(error)
        }
    }

    private static func keepServersOut(of place: CataloguePlace) throws(CatalogueError) -> FileDescriptor? {
        do throws(SystemError) {
            return try place.keepServersOut()
        } catch {
            throw .unavailable(error.description)
        }
    }

    private static func rebuildAlone(_ place: CataloguePlace) throws(CatalogueError) {
        let catalogue = Catalogue()
        do throws(SystemError) {
            try catalogue.start(at: place)
        } catch {
            throw .unavailable(error.description)
        }
        catalogue.rebuild()
        defer { catalogue.end(within: 60) }
        try catalogue.awaitRebuilding(within: patience)
    }

    /// Of a server that runs.
    private static func haveRebuilt(_ place: CataloguePlace) throws(CatalogueError) {
        var console = try CatalogueConsole.open(at: place)
        let before = try console.askForRebuilding()
        let deadline = Deadline.after(seconds: patience)
        while try console.rebuilt() == before {
            if deadline.hasPassed { throw .busy }
            Thread.sleep(seconds: 0.2)
        }
    }

    private static let check: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let check = try CatalogueConsole.with(arguments) { console throws(CatalogueError) in
            try IndexCheck(&console) { difference, user, path in
                var row = ConsoleRow()
                row.add("difference", difference.rawValue)
                row.add("user", bytes: user.bytes)
                row.add("path", bytes: path)
                row.print(arguments)
            }
        }
        return check.differences == 0 ? .success : .dataError
    }
}
