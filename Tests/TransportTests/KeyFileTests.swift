import TestSupport
import Testing
import Transport

/// What is said of files of certificates and keys that can't be used: real ones, made by the command openssl.
@Suite("Certificate and key files that can't be used")
struct KeyFileTests {
    /// A certificate with its key, in every form that people have them in.
    private static let files = Result {
        let folder = try ScratchFolder("keys")
        let commands = """
            set -e
            openssl req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=x -days 3 \
                -keyout key.pem -out certificate.pem
            openssl pkey -in key.pem -aes256 -passout pass:x -out encrypted.pem
            openssl ec -in key.pem -aes256 -passout pass:x -out encrypted-old.pem
            openssl pkey -in key.pem -outform DER -out key.der
            openssl pkey -in key.pem -pubout -out public.pem
            openssl x509 -in certificate.pem -outform DER -out certificate.der
            openssl req -new -key key.pem -subj /CN=x -out request.pem
            openssl pkcs12 -export -in certificate.pem -inkey key.pem -passout pass:x -out both.p12
            for name in key certificate; do
                printf '\\357\\273\\277' | cat - $name.pem >marked-$name.pem
                iconv -f UTF-8 -t UTF-16 $name.pem >wide-$name.pem
                : >empty-$name.pem
            done
            """
        let made = try RunningProgram.run("/bin/sh", ["-c", commands], folder: folder.path)
        try #require(made.status == 0, "\(made.error)")
        return folder
    }

    private func complaint(certificate: String = "certificate.pem", key: String = "key.pem") throws -> String? {
        let folder = try Self.files.get()
        do {
            _ = try TLSContext(
                certificateChain: folder.path(certificate), privateKey: folder.path(key), minimum: .tls13)
            return nil
        } catch TLSError.configuration(let reason) {
            return reason
        }
    }

    @Test("those that are right are taken, also behind a byte-order mark")
    func right() throws {
        #expect(try complaint() == nil)
        #expect(try complaint(certificate: "marked-certificate.pem", key: "marked-key.pem") == nil)
    }

    @Test(
        "of a private key it is said which and why, and what to do",
        arguments: [
            ("encrypted.pem", "passphrase"), ("encrypted-old.pem", "passphrase"),
            ("key.der", "openssl pkey -inform DER"),
            ("certificate.pem", "is a certificate: were the two files swapped?"), ("both.p12", "openssl pkcs12"),
            ("public.pem", "is a public key"), ("request.pem", "is a request"),
            ("wide-key.pem", "UTF-16"), ("empty-key.pem", "is empty"), (".", "is a folder"), ("none", "No such file"),
        ])
    func privateKey(_ name: String, _ part: String) throws {
        let complaint = try #require(try complaint(key: name))
        #expect(
            complaint.hasPrefix("the private key ") && complaint.contains(name) && complaint.contains(part),
            "\(complaint)")
    }

    @Test(
        "of a certificate, too",
        arguments: [
            ("certificate.der", "openssl x509 -inform DER"),
            ("key.pem", "is a private key: were the two files swapped?"),
            ("both.p12", "openssl pkcs12"), ("request.pem", "is a request"),
            ("wide-certificate.pem", "UTF-16"), ("empty-certificate.pem", "is empty"), (".", "is a folder"),
            ("none", "No such file"),
        ])
    func certificate(_ name: String, _ part: String) throws {
        let complaint = try #require(try complaint(certificate: name))
        #expect(
            complaint.hasPrefix("the certificate ") && complaint.contains(name) && complaint.contains(part),
            "\(complaint)")
        let folder = try Self.files.get()
        #expect {
            _ = try TLSContext(authorities: folder.path(name), minimum: .tls13)
        } throws: { error in
            if case TLSError.configuration(let reason) = error { reason.contains(name) } else { false }
        }
    }
}
