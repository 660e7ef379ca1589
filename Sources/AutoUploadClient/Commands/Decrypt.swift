import Age
import CommandLine
import Platform

/// The command that decrypts what was sent with -e y, or encrypted by any other program of the age format.
enum Decrypt {
    static let name = "decrypt"

    static let command = Command(
        name, operands: ["FILE|FOLDER"], options: [],
        help:
            "Decrypt FILE, or all files in FOLDER and below whose names end in .age, by --identity, each beside it without that "
            + "ending. A file gets its name only once all of it has proved right. Nothing is replaced.")

    static func run(_ arguments: ParsedArguments) throws(ProgramError) -> ExitCode {
        let identities = try EncryptionOptions.identities(arguments)
        return try FileTransform(done: "decrypted", newName: EncryptedName.opened) {
            source, _, target throws(FileFlaw) in
            try decrypt(source, identities) { plaintext throws(SystemError) in try target.write(plaintext) }
        }.run(arguments)
    }

    /// Lends the plaintext, piece by piece. It may be used for good only once this returns.
    static func decrypt(
        _ source: borrowing FileDescriptor, _ identities: [AgeIdentity],
        _ body: ([UInt8]) throws(SystemError) -> Void
    ) throws(FileFlaw) {
        var decryption = Decryption(identities)
        var buffer = [UInt8](repeating: 0, count: 4 * PayloadLayout.sealedChunkCount)
        var plaintext: [UInt8] = []
        source.adviseSequentialReading()
        while true {
            let count = try FileFlaw.wrapping { () throws(SystemError) in
                try buffer.withUnsafeMutableBytesTyped { memory throws(SystemError) in try source.read(into: memory) }
            }
            let isLast = count < buffer.count
            try FileFlaw.wrapping { () throws(AgeError) in
                try decryption.take(buffer.span.extracting(first: count), into: &plaintext)
                if isLast { try decryption.finish(into: &plaintext) }
            }
            try FileFlaw.wrapping { () throws(SystemError) in try body(plaintext) }
            if isLast { return }
            plaintext.removeAll(keepingCapacity: true)
        }
    }
}
