import Age
import CommandLine
import Domain
import Platform
import Transport

/// The command that checks a receipt against a file, without server and state.
enum VerifyReceipt {
    static let name = "verify-receipt"

    static let key = Option(
        "key", value: .text("HEX"), section: "Receipts",
        help: "The receipt must be signed with this key: 64 hexadecimal digits, as the server's log tells them.")

    static let command = Command(
        name, operands: ["RECEIPT", "FILE"], options: [key],
        help:
            "Check offline that RECEIPT is genuine and that FILE is what it is about; with --identity also that FILE can be "
            + "decrypted, and to what. Leaves with 0 when all is well, 65 when anything isn't, 66 when a file can't be read."
    )

    static func run(_ arguments: ParsedArguments) throws(ProgramError) -> ExitCode {
        guard let receiptPath = arguments.operands.first, let filePath = arguments.operands.last else {
            throw .usage("\(name) needs RECEIPT and FILE")
        }
        let expected = try arguments.optionalString(of: key).map { text throws(ProgramError) in
            try receiptKey(text, "--key")
        }
        let identities =
            arguments.isGiven(EncryptionOptions.identity) ? try EncryptionOptions.identities(arguments) : []
        let receipt = try read(receiptPath)
        let statement = receipt.statement
        guard receipt.isGenuine else { throw bad(receiptPath, "its signature is wrong: it was forged or damaged") }
        if let expected, expected != statement.key {
            throw bad(receiptPath, "it is signed with another key, \(statement.key)")
        }
        try compare(filePath, statement)
        printOutput(
            "good: user \(escaped(statement.user)) had \(escaped(statement.path.bytes)) stored at \(utcText(statement.time)): "
                + "\(statement.size) bytes, SHA-256 \(statement.digest)")
        if !identities.isEmpty {
            let content = try content(of: filePath, identities)
            printOutput("decrypted: \(content.size) bytes, SHA-256 \(content.digest)")
        }
        if expected == nil {
            printOutput(
                "signed with the key \(statement.key): make sure that it is the server's, or give it with --key")
        }
        return .success
    }

    /// A key as people write it.
    static func receiptKey(_ text: String, _ what: String) throws(ProgramError) -> ReceiptKey {
        guard let key = ReceiptKey(hex: text.lowercased()) else {
            throw .usage("\(what) takes 64 hexadecimal digits")
        }
        return key
    }

    private static func read(_ path: String) throws(ProgramError) -> Receipt {
        let text: [UInt8]
        do throws(SystemError) {
            text = try FileDescriptor.openForReading(path: path).readAll(limit: Receipt.maximumTextLength)
        } catch {
            if error.errno == .fileTooLarge { throw bad(path, "it is no receipt: it is too long for one") }
            throw ProgramError("\(escaped(path)): \(error)", exitCode: .noInput)
        }
        do throws(Receipt.Flaw) {
            return try Receipt(text: text)
        } catch {
            throw bad(path, "it is no receipt: \(error)")
        }
    }

    private static func compare(_ path: String, _ statement: ReceiptStatement) throws(ProgramError) {
        let digest: ContentDigest?
        do throws(SystemError) {
            digest = try ContentHasher.digest(of: FileDescriptor.openForReading(path: path))
        } catch {
            throw ProgramError("\(escaped(path)): \(error)", exitCode: .noInput)
        }
        guard let digest else { throw ProgramError("OpenSSL gives no SHA-256", exitCode: .software) }
        // The size follows from it.
        guard digest == statement.digest else {
            throw bad(path, "it isn't the file that the receipt is about: its SHA-256 is \(digest)")
        }
    }

    private static func content(
        of path: String, _ identities: [AgeIdentity]
    ) throws(ProgramError) -> (size: UInt64, digest: ContentDigest) {
        var hasher = ContentHasher()
        var size: UInt64 = 0
        do throws(FileFlaw) {
            let file = try FileFlaw.wrapping { () throws(SystemError) in try FileDescriptor.openForReading(path: path) }
            try Decrypt.decrypt(file, identities) { plaintext in
                plaintext.span.withRawBytes { hasher.update($0) }
                size += UInt64(plaintext.count)
            }
        } catch {
            throw ProgramError("\(escaped(path)): \(error)", exitCode: error.exitCode)
        }
        guard let digest = hasher.finalize() else {
            throw ProgramError("OpenSSL gives no SHA-256", exitCode: .software)
        }
        return (size, digest)
    }

    private static func bad(_ path: String, _ reason: String) -> ProgramError {
        ProgramError("\(escaped(path)): \(reason)", exitCode: .dataError)
    }
}
