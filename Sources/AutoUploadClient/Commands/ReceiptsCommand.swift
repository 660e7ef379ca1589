import CommandLine
import Domain
import Encodings
import Platform
import Transport

/// The command that lists the receipts that the client has kept, or writes each to a file.
enum ReceiptsCommand {
    static let name = "receipts"

    static let export = Option(
        "export", value: .text("FOLDER"), section: "Receipts",
        help: "Write each receipt to a file of its own in this folder, which is made if it isn't there.")

    static let command = Command(
        name, options: [export],
        help:
            "List the receipts of everything that was confirmed, a line each: when, bytes, SHA-256, where it is stored, and what wiping it was "
            + "worth. "
            + "Of one state with -s, -u and -f, else of every state below --state.")

    static func run(_ arguments: ParsedArguments) throws(ProgramError) -> ExitCode {
        let folders = try StateChoice.all(arguments)
        let export = try arguments.optionalString(of: export).map { path throws(ProgramError) in
            try ReceiptExport(to: path)
        }
        for folder in folders {
            let state = try StateChoice.openToRead(folder)
            if let export { try write(state, to: export) } else { try list(state) }
        }
        try export?.finish()
        return .success
    }

    private static func list(_ state: ClientState) throws(ProgramError) {
        do throws(StateError) {
            try state.forEachReceipt { printOutput(line(for: $0)) }
        } catch {
            throw ProgramError(error)
        }
    }

    private static func line(for kept: KeptReceipt) -> String {
        let statement = kept.receipt.statement
        let plaintext = kept.plaintext.map { " (decrypted: SHA-256 \($0))" } ?? ""
        let wiped = kept.wipeGrade.map { " (wiped: \($0.rawValue))" } ?? ""
        return "\(utcText(statement.time)) \(statement.size) \(statement.digest) \(escaped(statement.path.bytes))"
            + plaintext + wiped
    }

    private static func write(_ state: ClientState, to export: ReceiptExport) throws(ProgramError) {
        var failure: SystemError?
        do throws(StateError) {
            try state.forEachReceipt { kept in
                if failure != nil { return }
                do throws(SystemError) {
                    try export.write(kept.receipt)
                } catch {
                    failure = error
                }
            }
        } catch {
            throw ProgramError(error)
        }
        if let failure { throw ProgramError(failure, exitCode: .cantCreate) }
    }
}

/// A folder that receipts are written to, each under a name that follows from it: to do it again adds what is new.
private final class ReceiptExport {
    private let path: String
    private let folder: Directory
    private var written = 0
    private var known = 0

    /// Bytes of a stored name that the file's name begins with, so that both fit into one.
    private static let nameBytes = 200

    init(to path: String) throws(ProgramError) {
        self.path = path
        do throws(SystemError) {
            try makeFolders(path: path, permissions: 0o700)
            folder = try Directory.open(path: path)
        } catch {
            throw ProgramError("--export: \(error)", exitCode: .cantCreate)
        }
    }

    func write(_ receipt: Receipt) throws(SystemError) {
        guard let name = Self.name(of: receipt) else { throw SystemError("name a receipt", errno: .invalid) }
        do throws(SystemError) {
            let file = try folder.open(name, .creating(permissions: 0o600))
            try file.write(receipt.text)
            try file.flush()
            written += 1
        } catch {
            guard error.errno == .exists else { throw error }
            try replaceIfTorn(name, receipt)
        }
    }

    /// What an earlier run was stopped in the middle of is written anew.
    private func replaceIfTorn(_ name: FileName, _ receipt: Receipt) throws(SystemError) {
        let file = try folder.open(name, .readingAndWriting)
        if try file.readAll(limit: Receipt.maximumTextLength) == receipt.text {
            known += 1
            return
        }
        try file.truncate(to: 0)
        try file.seek(to: 0)
        try file.write(receipt.text)
        try file.flush()
        written += 1
    }

    /// The last name of where the file is stored, and what tells this receipt from all others.
    private static func name(of receipt: Receipt) -> FileName? {
        let stored = (receipt.statement.path.components.last ?? []).prefix(nameBytes)
        return mark(of: receipt).flatMap { FileName(stored + Array(".\(hexadecimal(Array($0))).receipt".utf8)) }
    }

    /// - Returns: 8 bytes; nil when OpenSSL has no memory.
    private static func mark(of receipt: Receipt) -> ArraySlice<UInt8>? {
        if receipt.proof.steps.isEmpty { return receipt.signature.bytes.prefix(8) }
        // Those that were signed together share the signature.
        return ContentHasher.digest(of: receipt.text)?.bytes.prefix(8)
    }

    func finish() throws(ProgramError) {
        do throws(SystemError) {
            try folder.flush()
        } catch {
            throw ProgramError("--export: \(error)", exitCode: .cantCreate)
        }
        printOutput("\(written) receipts written to \(escaped(path)), \(known) were there already")
    }
}
