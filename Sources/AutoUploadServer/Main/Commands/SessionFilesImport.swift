import Blobs
import CommandLine
import Platform
import Storage

/// Takes over what a Session file server has kept as files.
enum SessionFilesImport {
    static let all = [
        ConsoleCommand(
            "import-session-files", operands: ["FILES"],
            help:
                "Take over the blobs that a Session file server has in the folder FILES, each under its number, with --blob-expiry from its "
                + "file's time on. No server may be running. Done twice, it adds what is new.", run)
    ]

    private static let run: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let path = try arguments.string(of: ServerOptions.folder)
        let own = try ownFolder(of: path)
        let lock = try keepServersOut(of: own)
        defer { withExtendedLifetime(lock) {} }
        let (folder, names) = try files(arguments.operands.first ?? "")
        let lifetime = try lifetime(arguments)
        var counts: [BlobImport.Outcome: Int] = [:]
        do throws(BlobImport.Failure) {
            let target = try BlobImport(BlobPlace(folder: path, own: own) { nil }, lifetime: lifetime)
            for name in names { counts[try target.add(name, from: folder), default: 0] += 1 }
        } catch {
            throw ProgramError(error.description, exitCode: .inputOutput)
        }
        let count = { (outcome: BlobImport.Outcome) in counts[outcome] ?? 0 }
        printOutput(
            "\(count(.added)) blobs added, \(count(.wasThere)) were there, \(count(.expired)) have expired, "
                + "\(count(.foreign)) files are no blobs")
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

    private static func files(_ path: String) throws(ProgramError) -> (Directory, [FileName]) {
        do throws(SystemError) {
            let folder = try Directory.open(path: path)
            return (folder, try folder.names())
        } catch {
            throw ProgramError(error, exitCode: .noInput)
        }
    }
}
