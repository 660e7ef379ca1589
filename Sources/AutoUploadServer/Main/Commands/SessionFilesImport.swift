import Blobs
import CommandLine
import Platform
import PostgreSQL
import Storage

/// Takes over what a Session file server has kept, as files or in its database.
enum SessionFilesImport {
    static let all = [
        ConsoleCommand(
            "import-session-files", operands: ["FILES"],
            help:
                "Take over the blobs that a Session file server has: in the folder FILES, each under its number, with --blob-expiry from its "
                + "file's time on; or in its PostgreSQL database, as postgresql://USER@HOST/NAME, without a password (libpq finds one by "
                + "PGPASSFILE). No server may be running on the folder. Done twice, it adds what is new.", run)
    ]

    private static let run: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let path = try arguments.string(of: ServerOptions.folder)
        let own = try ownFolder(of: path)
        let lock = try keepServersOut(of: own)
        defer { withExtendedLifetime(lock) {} }
        let source = try Source(arguments.operands.first ?? "")
        let (lifetime, database) = (try lifetime(arguments), try BlobDatabase(arguments))
        var counts: [BlobImport.Outcome: Int] = [:]
        do throws(BlobImport.Failure) {
            let target = try BlobImport(BlobPlace(folder: path, own: own) { nil }, lifetime: lifetime, in: database)
            while let outcome = try source.addNext(to: target) { counts[outcome, default: 0] += 1 }
        } catch {
            throw ProgramError(error.description, exitCode: .inputOutput)
        }
        let count = { (outcome: BlobImport.Outcome) in counts[outcome] ?? 0 }
        printOutput(
            "\(count(.added)) blobs added, \(count(.wasThere)) were there, \(count(.expired)) have expired, "
                + "\(count(.foreign)) are no blobs")
        return .success
    }

    private static func lifetime(_ arguments: ParsedArguments) throws(ProgramError) -> Int64 {
        guard let seconds = BlobOptions.seconds(try arguments.string(of: BlobOptions.expiry)) else {
            throw BlobOptions.noTime
        }
        return seconds
    }

    private static func ownFolder(of path: String) throws(ProgramError) -> Directory {
        let (folder, isOwn): (Directory, Bool)
        do throws(SystemError) {
            let own = try Directory.open(path: path).openFolder(StoragePlace.ownFolder)
            guard Storage.isUsed(own) else { throw SystemError("find the server's lock", errno: .noEntry) }
            isOwn = try own.status().owner == ProcessLimits.userID
            folder = own
        } catch {
            throw ProgramError(
                "--folder: \(escaped(path)) is no storage folder that a server has used: \(error.errno)",
                exitCode: .noInput)
        }
        // What it makes is to be the server's.
        if !isOwn { throw ProgramError("run this as the user that the server has", exitCode: .noPermission) }
        return folder
    }

    private static func keepServersOut(of own: Directory) throws(ProgramError) -> FileDescriptor {
        do throws(SystemError) {
            if let lock = try Storage.keepServersOut(of: own) { return lock }
        } catch {
            throw ProgramError(error)
        }
        throw ProgramError("a server runs on this storage folder: end it first", exitCode: .temporaryFailure)
    }
}

/// What is taken over, one blob after the other.
private final class Source {
    private let content: Content

    private enum Content {
        case files(Directory, names: [FileName])
        case database(SessionDatabase)
    }

    private var next = 0

    init(_ operand: String) throws(ProgramError) {
        if PostgresAddress.schemes.contains(where: operand.hasPrefix) {
            content = .database(try Self.database(try DatabaseOptions.address(operand, "import-session-files")))
            return
        }
        do throws(SystemError) {
            let folder = try Directory.open(path: operand)
            content = .files(folder, names: try folder.names())
        } catch {
            throw ProgramError(error, exitCode: .noInput)
        }
    }

    private static func database(_ address: PostgresAddress) throws(ProgramError) -> SessionDatabase {
        do throws(PostgresError) {
            return try SessionDatabase(address)
        } catch {
            throw ProgramError("the Session file server's database: \(error)", exitCode: .noInput)
        }
    }

    /// - Returns: nil at the end.
    func addNext(to target: BlobImport) throws(BlobImport.Failure) -> BlobImport.Outcome? {
        switch content {
        case .files(let folder, let names):
            guard next < names.count else { return nil }
            defer { next += 1 }
            return try target.add(names[next], from: folder)
        case .database(let database):
            let entry: SessionDatabase.Entry?
            do throws(PostgresError) {
                entry = try database.next()
            } catch {
                throw BlobImport.Failure(description: "the Session file server's database: \(error)")
            }
            guard let entry else { return nil }
            return try target.add(entry)
        }
    }
}
