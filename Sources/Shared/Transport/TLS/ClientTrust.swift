/// Of which clients a server takes certificates.
package struct ClientTrust: Hashable, Sendable {
    /// Path of a PEM file with authorities of which each client has to show a certificate.
    package let authorities: String
    /// Path of a PEM file with the lists (RFC 5280, section 5) of what each of these authorities has revoked; nil: what is lost
    /// counts until its end.
    package let revocations: String?

    package init(authorities: String, revocations: String? = nil) {
        (self.authorities, self.revocations) = (authorities, revocations)
    }
}
