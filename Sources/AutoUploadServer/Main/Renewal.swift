import CommandLine
import Platform
import Receipts
import Storage

/// The command that gives the server another receipt key, signed by the one before it, so that clients go on trusting it.
enum Renewal {
    /// - Throws: `ProgramError` when a server runs on the storage, or when there is no key that could sign.
    static func run(_ arguments: ParsedArguments) throws(ProgramError) {
        let folder = try arguments.string(of: ServerOptions.folder)
        try requireUse(of: folder)
        let storage = try storage(folder, allowWeak: arguments.flag(ServerOptions.allowWeakStorage))
        do throws(ReceiptKeyError) {
            try renew(arguments.optionalString(of: ServerOptions.receiptKey), storage, at: folder)
        } catch {
            throw ProgramError(error.description, exitCode: .configuration)
        }
    }

    /// A mistyped folder isn't to be made a storage folder, which clients would refuse to upload from.
    static func requireUse(of folder: String) throws(ProgramError) {
        do throws(SystemError) {
            _ = try Directory.open(path: folder).status(of: StoreMarker.name)
        } catch {
            let reason =
                "--folder: there is no receipt key in \(escaped(folder)), where no server has stored anything yet"
            throw ProgramError("\(reason): \(error.errno)", exitCode: .configuration)
        }
    }

    private static func storage(_ folder: String, allowWeak: Bool) throws(ProgramError) -> Storage {
        do throws(StorageError) {
            return try Storage(folder: folder, allowWeak: allowWeak)
        } catch {
            throw ProgramError(error.description, exitCode: .configuration)
        }
    }

    /// - Parameter storage: whose lock keeps a server from starting with the old key meanwhile.
    private static func renew(
        _ chosen: String?, _ storage: borrowing Storage, at folder: String
    ) throws(ReceiptKeyError) {
        let keys = try ReceiptKeyChoice(chosen: chosen, storage, at: folder).renew()
        printOutput("receipt key \(keys.new), signed by \(keys.old)")
    }
}
