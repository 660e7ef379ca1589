import Age
import CommandLine
import Platform

/// To whom files are encrypted, and by whom they are decrypted, as people say it.
enum EncryptionOptions {
    static let recipient = Option(
        "recipient", value: .text("age1…"), isRepeatable: true, section: "Encryption",
        help: "Encrypt so that the owner of this public key can read it, as keygen or age-keygen tells it.")
    static let recipientsFile = Option(
        "recipients-file", value: .text("FILE"), isRepeatable: true, section: "Encryption",
        help: "The same for each line of FILE; empty lines and those that begin with # don't count.")
    static let identity = Option(
        "identity", value: .text("FILE"), isRepeatable: true, section: "Encryption",
        help: "Decrypt by the secret keys in FILE, which must be private, as keygen or age-keygen writes it.")

    /// Of a file's header, which stands in each encrypted file.
    static let mostRecipients = 1000
    private static let largestFile = 1 << 20
    private static let forOthers: UInt32 = 0o007

    /// - Throws: `ProgramError` with 64 when there is none, or one of another kind; 66 when a file can't be read; 78 for one that is
    ///   wrong.
    static func recipients(_ arguments: ParsedArguments) throws(ProgramError) -> [AgeRecipient] {
        var recipients: [AgeRecipient] = []
        for text in arguments.strings(of: recipient) {
            do throws(KeyFlaw) {
                recipients.append(try AgeRecipient(text))
            } catch {
                // What was given may be a secret: it isn't repeated.
                throw .usage("\(recipient.written): what is given \(error)")
            }
        }
        for path in arguments.strings(of: recipientsFile) {
            let content = try read(path, recipientsFile).content
            do throws(KeyFile.Flaw) {
                recipients += try KeyFile.recipients(content)
            } catch {
                throw unusable(recipientsFile, path, error.description)
            }
        }
        var known: Set<AgeRecipient> = []
        recipients.removeAll { !known.insert($0).inserted }
        guard recipients.count <= mostRecipients else {
            throw .usage("files are encrypted to \(mostRecipients) recipients at most, not \(recipients.count)")
        }
        return recipients
    }

    /// The same where there must be one.
    static func someRecipients(_ arguments: ParsedArguments) throws(ProgramError) -> [AgeRecipient] {
        let recipients = try recipients(arguments)
        guard !recipients.isEmpty else {
            throw .usage(
                "to encrypt takes \(recipient.written) or \(recipientsFile.written): else nobody could read it")
        }
        return recipients
    }

    /// - Throws: `ProgramError` with 64 when there is none; 66 when a file can't be read; 78 for one that is wrong, or not private.
    static func identities(_ arguments: ParsedArguments) throws(ProgramError) -> [AgeIdentity] {
        var identities: [AgeIdentity] = []
        for path in arguments.strings(of: identity) {
            var (content, permissions) = try read(path, identity)
            defer { overwrite(&content) }
            guard permissions & forOthers == 0 else {
                throw unusable(identity, path, "it can be used by everybody; run chmod 600 on it")
            }
            do throws(KeyFile.Flaw) {
                identities += try KeyFile.identities(content)
            } catch {
                throw unusable(identity, path, error.description)
            }
        }
        guard !identities.isEmpty else { throw .usage("to decrypt takes \(identity.written)") }
        return identities
    }

    private static func read(
        _ path: String, _ option: Option
    ) throws(ProgramError) -> (content: [UInt8], permissions: UInt32) {
        do throws(SystemError) {
            let file = try FileDescriptor.openForReading(path: path)
            return (try file.readAll(limit: largestFile), try file.status().permissions)
        } catch {
            throw ProgramError("\(option.written): \(escaped(path)) can't be read: \(error.errno)", exitCode: .noInput)
        }
    }

    private static func unusable(_ option: Option, _ path: String, _ reason: String) -> ProgramError {
        ProgramError("\(option.written): \(escaped(path)): \(reason)", exitCode: .configuration)
    }
}
