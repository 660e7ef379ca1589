import Accounts
import CommandLine
import Connections
import DeviceFace
import Platform
import Transport
import WebFace

/// The files that a server can't do without, read as its options name them.
enum NeededFiles {
    /// - Parameter warn: is given a line about each line that isn't right.
    static func accounts(
        _ configuration: Configuration, warn: @escaping @Sendable (String) -> Void
    ) throws(ProgramError) -> AccountDirectory {
        do throws(PasswordFileError) {
            return try AccountDirectory(path: configuration.passwordFile, warn: warn)
        } catch {
            throw explain(error)
        }
    }

    static func passwordFile(_ configuration: Configuration) throws(ProgramError) -> PasswordFile {
        do throws(PasswordFileError) {
            return try PasswordFile.load(path: configuration.passwordFile)
        } catch {
            throw explain(error)
        }
    }

    private static func explain(_ error: PasswordFileError) -> ProgramError {
        ProgramError("--pwdfile: \(error)\(advice(on: error))", exitCode: .configuration)
    }

    private static func advice(on error: PasswordFileError) -> String {
        guard case .unreadable(let error) = error else { return "" }
        return switch error.errno {
        case .noEntry: "; adduser -u NAME -f FILE makes it (installed as auto-upload-adduser)"
        case .accessDenied: "; let the server's user read it, as by chgrp and chmod 640"
        default: ""
        }
    }

    static func certificate(_ configuration: Configuration) throws(ProgramError) -> ServerCertificate {
        do throws(TLSError) {
            return try ServerCertificate(
                chain: configuration.certificate, key: configuration.privateKey,
                clients: configuration.clients, minimum: configuration.minimumTLS,
                protocols: [Connection.applicationProtocol]
                    + (configuration.servesWeb ? [WebConnection.applicationProtocol] : []))
        } catch {
            let options =
                "--certificate, --privatekey" + (configuration.clients == nil ? "" : ", --client-ca")
                + (configuration.clients?.revocations == nil ? "" : ", --client-crl")
            let advice = configuration.runAs.map { "; the user \(escaped($0.name)) is to read these files" } ?? ""
            throw ProgramError("\(options): \(error)\(advice)", exitCode: .configuration)
        }
    }
}
