import Accounts
import Catalogue
import CommandLine
import Domain
import Platform
import Storage

/// The way of a file from this machine's console into a storage: by the server that runs there, or, where none does, in its place.
final class FileEntrance {
    private enum Way {
        /// By the name of its desk, and the user that it runs as.
        case server(String, owner: UInt32)
        case own(Vault, Catalogue)
    }

    private let way: Way

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

    /// What became of a file.
    struct Outcome: Sendable {
        let digest: ContentDigest
        let wasThere: Bool
        /// In the user's folder.
        let path: [UInt8]
    }

    /// Adds a file; when this returns, it is durable.
    ///
    /// - Parameters:
    ///   - file: at its start.
    ///   - path: in the user's folder.
    func add(
        _ file: borrowing FileDescriptor, to path: RemotePath, of user: UserName
    ) throws(ProgramError) -> Outcome {
        guard let offered = Self.offered(file, path, user) else {
            throw ProgramError("\(escaped(path.bytes)): only a plain file can be added", exitCode: .dataError)
        }
        switch way {
        case .own(let vault, let catalogue): return try Self.store(offered, file, vault, catalogue)
        case .server(let name, let owner):
            let answer: ConsoleMessages.Answer?
            do throws(SystemError) {
                answer = try Self.hand(offered, file, to: name, of: owner)
            } catch {
                throw ProgramError("the server that runs there can't be reached: \(error)", exitCode: .temporaryFailure)
            }
            if let answer { return try Self.outcome(answer) }
            throw ProgramError("the server that runs there takes no files from this user", exitCode: .noPermission)
        }
    }

    private static func offered(_ file: borrowing FileDescriptor, _ path: RemotePath, _ user: UserName) -> OfferedFile?
    {
        guard let status = try? file.status(), status.kind == .regular, let folder = FileName(user.text) else {
            return nil
        }
        return OfferedFile(
            user: folder, path: path, id: UploadID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)),
            size: status.size, modified: status.modified)
    }

    private static func store(
        _ offered: OfferedFile, _ file: borrowing FileDescriptor, _ vault: Vault, _ catalogue: Catalogue
    ) throws(ProgramError) -> Outcome {
        do throws(ConsoleRefusal) {
            var position: UInt64 = 0
            let stored = try vault.add(offered) { buffer throws(SystemError) in
                let count = try file.read(at: position, into: &buffer)
                position += UInt64(count)
                return count
            }
            catalogue.note(.added(stored, to: offered.user))
            return Outcome(digest: stored.digest, wasThere: stored.wasThere, path: stored.path.bytes)
        } catch {
            throw ProgramError(error.text, exitCode: .cantCreate)
        }
    }

    private static let piece = 256 << 10

    private static func hand(
        _ offered: OfferedFile, _ file: borrowing FileDescriptor, to name: String, of owner: UInt32
    ) throws(SystemError) -> ConsoleMessages.Answer? {
        let connection = try LocalConnection(to: name)
        // Anybody on this machine may have taken the name.
        guard let peer = connection.peer, peer.user == 0 || peer.user == owner else {
            throw SystemError("find the server at its socket", name, errno: .notPermitted)
        }
        connection.limitWaits(seconds: ConsoleMessages.patience)
        try ConsoleMessages.write(offered, to: connection)
        var (position, buffer) = (UInt64(0), [UInt8](repeating: 0, count: piece))
        while position < offered.size ?? 0 {
            let count = try file.read(at: position, into: &buffer)
            // It is told of below, as what it is: a file that became shorter.
            if count == 0 { break }
            do throws(SystemError) {
                try connection.write(count == buffer.count ? buffer : Array(buffer.prefix(count)))
            } catch {
                // It has refused the file already, and says why.
                break
            }
            position += UInt64(count)
        }
        connection.endOutput()
        return try ConsoleMessages.readAnswer(from: connection)
    }

    private static func outcome(_ answer: ConsoleMessages.Answer) throws(ProgramError) -> Outcome {
        guard let digest = answer.digest else { throw ProgramError(escaped(answer.text), exitCode: .cantCreate) }
        return Outcome(digest: digest, wasThere: answer.wasThere, path: answer.text)
    }
}
