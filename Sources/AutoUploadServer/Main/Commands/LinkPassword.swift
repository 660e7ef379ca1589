import Accounts
import CommandLine
import Platform

/// A password for a link, from a file: never from the command line, which others on the machine see.
enum LinkPassword {
    /// - Parameter path: of a file whose first line it is; "-": of standard input.
    /// - Returns: its hash, as text.
    static func hash(ofFile path: String) throws(ProgramError) -> String {
        let line = path == "-" ? ofInput() : try firstLine(of: path)
        guard let line, PasswordRules.lengths.contains(line.count) else {
            throw ProgramError(
                "--password-file: the first line of \(escaped(path)) is to be a password of 1 to "
                    + "\(PasswordRules.lengths.upperBound) bytes", exitCode: .dataError)
        }
        do throws(HashingError) {
            return try line.withBytes { bytes throws(HashingError) in
                try PasswordHash.make(of: bytes, parameters: .recommended).text
            }
        } catch {
            throw ProgramError("the password can't be hashed: \(error)", exitCode: .operatingSystem)
        }
    }

    private static func ofInput() -> SecretBytes? {
        Terminal.inputIsTerminal ? Terminal.readSecret(prompt: "Password of the link: ") : Terminal.readSecretLine()
    }

    private static func firstLine(of path: String) throws(ProgramError) -> SecretBytes? {
        do throws(SystemError) {
            var bytes = try FileDescriptor.openForReading(path: path).readAll(limit: longest)
            defer { overwrite(&bytes) }
            let line = bytes.dropFirst(ByteOrderMark.length(in: bytes)).prefix { $0 != UInt8(ascii: "\n") }
            return SecretBytes(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        } catch {
            throw ProgramError(error, exitCode: .noInput)
        }
    }

    /// Bytes of a file that holds one.
    private static let longest = 64 << 10
}
