import CommandLine
import Platform
import Receipts
import Storage

/// The command that lets a storage be used with another key for receipts than before, which no key has signed.
enum Forgetting {
    /// - Throws: `ProgramError` when a server runs on the storage.
    static func run(_ arguments: ParsedArguments) throws(ProgramError) {
        let folder = try arguments.string(of: ServerOptions.folder)
        try Renewal.requireUse(of: folder)
        let storage: Storage
        do throws(StorageError) {
            storage = try Storage(folder: folder, allowWeak: arguments.flag(ServerOptions.allowWeakStorage))
        } catch {
            throw ProgramError(error.description, exitCode: .configuration)
        }
        do throws(SystemError) {
            try ReceiptKeyMark(in: storage.own).forget()
        } catch {
            throw ProgramError(error)
        }
        printOutput("the next start takes the key for receipts that it finds, or makes one; clients then stop deleting")
    }
}
