import Age
import CommandLine
import Platform

/// The command that encrypts files as -e y does, without sending them.
enum Encrypt {
    static let name = "encrypt"

    static let command = Command(
        name, operands: ["FILE|FOLDER"], options: [],
        help:
            "Encrypt FILE, or all files in FOLDER and below, to --recipient and --recipients-file, each as NAME.age beside it. "
            + "Nothing is replaced, and the files stay.")

    static func run(_ arguments: ParsedArguments) throws(ProgramError) -> ExitCode {
        let recipients = try EncryptionOptions.someRecipients(arguments)
        return try FileTransform(done: "encrypted", newName: newName) { source, status, target throws(FileFlaw) in
            try encrypt(source, status, for: recipients, to: target)
        }.run(arguments)
    }

    /// What is encrypted isn't encrypted once more, so that the command can be repeated.
    private static func newName(of name: FileName) -> FileName? {
        if EncryptedName.opened(name) != nil || name.hasPrefix(ignoringCase: OwnNames.prefix) { return nil }
        return FileName(EncryptedName.sealed(name.bytes))
    }

    private static func encrypt(
        _ source: borrowing FileDescriptor, _ status: FileStatus, for recipients: [AgeRecipient],
        to target: borrowing FileDescriptor
    ) throws(FileFlaw) {
        var sealing = try FileFlaw.wrapping { () throws(AgeError) in
            try SealedStream.make(Seal.make(for: recipients), plaintextCount: status.size)
        }
        sealing.sealAside()
        var buffer = [UInt8](repeating: 0, count: 4 * PayloadLayout.sealedChunkCount)
        while !sealing.isComplete {
            var room = buffer.mutableSpan
            let count = try sealing.read(into: &room, limit: .max, from: source)
            try FileFlaw.wrapping { () throws(SystemError) in
                try buffer.span.extracting(first: count).withRawBytes { bytes throws(SystemError) in
                    try target.write(bytes)
                }
            }
        }
    }
}
