internal import COpenSSL

/// What a client has shown, and proved to be its own. OpenSSL's X509.
@safe package final class ClientCertificate: @unchecked Sendable {
    // Sendable: an X509 is counted and locked by OpenSSL itself; it isn't changed.
    let pointer: OpaquePointer

    /// - Parameter owned: is freed with this object.
    init(owning owned: OpaquePointer) {
        unsafe pointer = owned
    }

    deinit {
        unsafe X509_free(pointer)
    }
}
