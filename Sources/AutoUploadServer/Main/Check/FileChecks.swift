import Accounts
import CommandLine
import Connections
import Events
import Platform
import Transport

/// The files that the options name.
struct FileChecks {
    private let configuration: Configuration
    private let list: Checklist

    init(_ configuration: Configuration, _ list: Checklist) {
        (self.configuration, self.list) = (configuration, list)
    }

    func run() {
        passwords()
        certificate()
    }

    private func passwords() {
        do throws(ProgramError) {
            let file = try NeededFiles.passwordFile(configuration)
            let path = escaped(configuration.passwordFile)
            for problem in file.problems {
                list.failed(
                    "passwords", "\(path), \(problem)", "until then this user can't log in; all others can", .dataError)
            }
            for weakness in file.weaknesses { list.warning("passwords", "\(path), \(weakness)") }
            if file.names.isEmpty {
                return list.warning(
                    "passwords", "\(path) has no user", "auto-upload-adduser -u NAME -f \(path) adds one")
            }
            list.passed("passwords", "\(path), \(counted(file.names.count, "user")), \(file.roles.count) with a role")
        } catch {
            list.failed("passwords", error.message, "", error.exitCode)
        }
    }

    private func certificate() {
        do throws(ProgramError) {
            let certificate = try NeededFiles.certificate(configuration)
            for case .warning(let text) in certificate.warnings() { list.warning("certificate", text) }
            guard let summary = certificate.context.certificate else {
                return list.passed("certificate", "the key fits")
            }
            tell(summary)
        } catch {
            list.failed("certificate", error.message, "", error.exitCode)
        }
    }

    private func tell(_ certificate: CertificateSummary) {
        let now = currentUnixTime()
        let days = (certificate.end - now) / 86_400
        let text = "for \(escaped(certificate.subject)), the key fits, until \(utcText(certificate.end))"
        if now < certificate.begin {
            list.failed(
                "certificate", text + ", but only from \(utcText(certificate.begin)) on",
                "look at the file, and at this machine's clock", .configuration)
        } else if now > certificate.end {
            list.failed(
                "certificate", text + ": it has ended, and no client connects", "have it renewed", .configuration)
        } else if days < Self.fewDays {
            list.warning("certificate", text + ": \(counted(Int(days), "day")) left", "have it renewed")
        } else {
            list.passed("certificate", text + ": \(days) days left")
        }
        if !certificate.hasAlternativeNames {
            list.warning(
                "certificate", "it has no name that clients heed (subjectAltName)",
                "have one made that has the server's")
        }
    }

    /// From here on the log tells of it, too.
    private static let fewDays: Int64 = 30
}

/// "1 user", "3 users".
func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
