import Age
import CommandLine
import Platform

/// The command that makes a key pair: who has the file can decrypt, who knows the line that is shown can encrypt.
enum KeyGen {
    static let name = "keygen"

    static let command = Command(
        name, operands: ["FILE"],
        help:
            "Make a key pair: write the secret key to FILE, which must not be there yet, and show the public one, for --recipient. "
            + "Keep FILE away from the device, and keep a copy: without it nothing can be decrypted.")

    static func run(_ arguments: ParsedArguments) throws(ProgramError) -> ExitCode {
        guard let path = arguments.operands.first else { throw .usage("\(name) needs FILE") }
        let made: (identity: AgeIdentity, text: [UInt8])
        do throws(AgeError) {
            made = try AgeIdentity.make()
        } catch {
            throw ProgramError("no key can be made: \(error)", exitCode: .operatingSystem)
        }
        let recipient = made.identity.recipient.description
        var text = Array("# created: \(utcText(currentUnixTime()))\n# public key: \(recipient)\n".utf8)
        var secret = made.text
        defer {
            overwrite(&text)
            overwrite(&secret)
        }
        text += secret + [UInt8(ascii: "\n")]
        try write(text, to: path)
        printOutput("Public key: \(recipient)")
        return .success
    }

    private static func write(_ text: [UInt8], to path: String) throws(ProgramError) {
        guard let (folder, name) = splitPath(path) else { throw .usage("\(escaped(path)) is no name for a file") }
        do throws(SystemError) {
            var file = try NewFile(name, in: Directory.open(path: folder))
            try file.descriptor.setPermissions(0o600, denying: 0o077)
            try file.descriptor.write(text)
            try file.publish()
        } catch {
            let advice =
                if error.meansNoSecrets { "; \(SystemError.adviceOnSecrets)" } else if error.errno == .exists {
                    "; it isn't replaced: whatever is encrypted to it would be lost"
                } else { "" }
            throw ProgramError("\(escaped(path)): \(error)\(advice)", exitCode: .cantCreate)
        }
    }
}
