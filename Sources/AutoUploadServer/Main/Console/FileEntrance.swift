import Accounts
import Catalogue
import CommandLine
import Domain
import Platform
import Storage

/// The way of a file from this machine's console into a storage: by the server that runs there, or, where none does, in its place.
struct FileEntrance {
    private let access: StorageAccess

    /// - Throws: when neither way is open.
    init(_ arguments: ParsedArguments) throws(ProgramError) {
        access = try StorageAccess(arguments)
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
        switch access.way {
        case .own(let vault, let catalogue): return try Self.store(offered, file, vault, catalogue)
        case .server(let name, let owner):
            let answer: ConsoleMessages.Answer?
            do throws(SystemError) {
                answer = try Self.hand(offered, file, to: name, of: owner)
            } catch {
                throw .unreachable(error)
            }
            if let answer { return try Self.outcome(answer) }
            throw .notServed
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
        let connection = try StorageAccess.connection(to: name, of: owner)
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
