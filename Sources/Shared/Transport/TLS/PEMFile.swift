internal import Platform

/// A file of PEM blocks that a person has named.
enum PEMFile: Sendable {
    case certificate, privateKey, authorities, revocations

    var name: String {
        switch self {
        case .certificate: "certificate"
        case .privateKey: "private key"
        case .authorities: "certificate authority"
        case .revocations: "list of revoked certificates"
        }
    }

    /// Bytes: all the world's authorities are a quarter of a megabyte.
    private static let largest = 16 << 20

    /// What is wrong with a file that OpenSSL can't use, in words that follow its name, as far as its content tells.
    ///
    /// - Returns: nil when it tells nothing.
    func complaint(about file: borrowing FileDescriptor) -> String? {
        var content: [UInt8] = []
        defer { overwrite(&content) }
        do throws(SystemError) {
            content = try file.readAll(limit: Self.largest)
        } catch {
            return error.errno == .isDirectory ? "is a folder" : "can't be read: \(error.errno)"
        }
        return complaint(about: content)
    }

    /// The same of what was read already.
    func complaint(about content: [UInt8]) -> String? {
        let holds = { (text: String) in content.contains(Array(text.utf8)) }
        if content.isEmpty { return "is empty" }
        if ByteOrderMark.isUTF16(content) { return ByteOrderMark.complaintAboutUTF16 }
        if !holds("-----BEGIN ") { return binaryComplaint(about: content) }
        if holds("BEGIN CERTIFICATE REQUEST") || holds("BEGIN NEW CERTIFICATE REQUEST") {
            return "is a request for a certificate: name what the authority has made of it"
        }
        let (holdsKey, holdsCertificate) = (holds("PRIVATE KEY-----"), holds("BEGIN CERTIFICATE-----"))
        switch self {
        case .certificate where holdsKey && !holdsCertificate: return "is a private key: were the two files swapped?"
        case .authorities where holdsKey && !holdsCertificate:
            return "is a private key: name the authority's certificate"
        case .revocations where holdsCertificate: return "is a certificate: name the list that its authority has made"
        case .certificate, .authorities, .revocations: return nil
        case .privateKey: return keyComplaint(holdsCertificate && !holdsKey, holds)
        }
    }

    private func keyComplaint(_ isCertificate: Bool, _ holds: (String) -> Bool) -> String? {
        if holds("BEGIN ENCRYPTED PRIVATE KEY") || holds("Proc-Type: 4,ENCRYPTED") {
            return
                "is protected by a passphrase, which nobody is there to type: take it off (openssl pkey -in OLD -out NEW)"
        }
        if holds("BEGIN OPENSSH PRIVATE KEY") { return "is a key for SSH, not for TLS" }
        if isCertificate { return "is a certificate: were the two files swapped?" }
        return holds("BEGIN PUBLIC KEY") ? "is a public key: name the private one" : nil
    }

    /// DER begins with a sequence: its tag, its length, and here a number that tells PKCS #12 (RFC 7292) from a key.
    private func binaryComplaint(about content: [UInt8]) -> String? {
        guard content.count > 8, content[0] == 0x30 else { return nil }
        let start = content[1] & 0x80 == 0 ? 2 : 2 + Int(content[1] & 0x7f)
        if content.dropFirst(start).starts(with: [2, 1, 3]) {
            return "is a PKCS #12 container: take it apart (openssl pkcs12 -in OLD -noenc -out NEW)"
        }
        let command =
            switch self {
            case .privateKey: "pkey"
            case .revocations: "crl"
            case .certificate, .authorities: "x509"
            }
        return "is in binary form (DER): convert it to PEM (openssl \(command) -inform DER -in OLD -out NEW)"
    }
}
