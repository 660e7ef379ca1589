import Accounts
import Catalogue
import CommandLine
import Connections
import Events
import Platform
import Storage

/// How a command at this machine's console changes what a storage holds: by the server that runs there, or, where none does, in its place.
final class StorageAccess {
    enum Way {
        /// By the name of its desk, and the user that it runs as.
        case server(String, owner: UInt32)
        case own(Vault, Catalogue)
    }

    let way: Way

    /// - Throws: when neither way is open.
    init(_ arguments: ParsedArguments) throws(ProgramError) {
        let place = try CataloguePlace(arguments)
        do throws(SystemError) {
            guard let lock = try place.keepServersOut() else {
                way = .server(try ConsoleMessages.name(of: place.folder), owner: try place.owner())
                return
            }
            // The storage takes it itself.
            _ = consume lock
        } catch {
            throw ProgramError(error, exitCode: .noPermission)
        }
        guard place.isOwn else {
            throw ProgramError(
                "no server runs on \(escaped(place.folder)), and its files belong to another user: start the server, or do it as that user",
                exitCode: .noPermission)
        }
        let vault = try Self.vault(arguments, place.folder)
        let catalogue = Catalogue { _ in }
        do throws(SystemError) {
            try catalogue.start(at: place)
        } catch {
            throw ProgramError(error)
        }
        // What can't be opened is no reason to add nothing: a server finds the files.
        try? catalogue.settle()
        way = .own(vault, catalogue)
    }

    private static func vault(_ arguments: ParsedArguments, _ folder: String) throws(ProgramError) -> Vault {
        let rights = try AccessRights(arguments)
        do throws(StorageError) {
            let storage = try Storage(
                folder: folder, allowWeak: arguments.flag(ServerOptions.allowWeakStorage), rights: rights)
            return try Vault(storage, rights: rights)
        } catch {
            throw ProgramError(error.description, exitCode: .configuration)
        }
    }

    deinit {
        guard case .own(let vault, let catalogue) = way else { return }
        vault.end()
        catalogue.end(within: 60)
    }

    /// Says something to the server that runs.
    ///
    /// - Parameters:
    ///   - name: of its desk.
    ///   - owner: the user that it runs as.
    static func connection(to name: String, of owner: UInt32) throws(SystemError) -> LocalConnection {
        let connection = try LocalConnection(to: name)
        // Anybody on this machine may have taken the name.
        guard let peer = connection.peer, peer.user == 0 || peer.user == owner else {
            throw SystemError("find the server at its socket", name, errno: .notPermitted)
        }
        connection.limitWaits(seconds: ConsoleMessages.patience)
        return connection
    }
}

extension ProgramError {
    /// A server runs, and doesn't say what was asked of it.
    static func unreachable(_ error: SystemError) -> ProgramError {
        ProgramError("the server that runs there can't be reached: \(error)", exitCode: .temporaryFailure)
    }

    static let notServed = ProgramError(
        "the server that runs there takes nothing from this user, or is of another version", exitCode: .noPermission)
}
