internal import COpenSSL
internal import Platform

/// What authorities have revoked.
final class RevocationLists: Sendable {
    private let lists: [RevocationList]

    /// Bytes of a file: some hundred thousand certificates.
    private static let largest = 16 << 20

    /// - Parameter path: of a PEM file.
    init(path: String) throws(TLSError) {
        let file = PEMFile.revocations
        let content: [UInt8]
        do throws(SystemError) {
            content = try FileDescriptor.openForReading(path: path).readAll(limit: Self.largest)
        } catch {
            throw .configuration("the \(file.name) \(escaped(path)) can't be read: \(error.errno)")
        }
        lists = RevocationList.all(in: content)
        if lists.isEmpty {
            let complaint = file.complaint(about: content) ?? "holds no usable list in PEM form (openssl ca -gencrl)"
            throw .configuration("the \(file.name) \(escaped(path)) \(complaint)")
        }
    }

    /// Has a store of authorities look at them.
    ///
    /// - Parameter store: OpenSSL's X509_STORE.
    /// - Throws: `TLSError.configuration` when one of its authorities has no list: then none of its certificates could be judged.
    func use(in store: OpaquePointer?, path: String) throws(TLSError) {
        let objects = unsafe X509_STORE_get0_objects(store)
        for index in 0..<max(0, unsafe OPENSSL_sk_num(objects)) {
            guard let object = unsafe OPENSSL_sk_value(objects, index),
                let authority = unsafe X509_OBJECT_get0_X509(OpaquePointer(object))
            else { continue }
            if lists.contains(where: { unsafe $0.isSigned(by: authority) }) { continue }
            let name = unsafe CertificateSummary(of: authority)?.subject ?? "unnamed"
            throw .configuration(
                "the \(PEMFile.revocations.name) \(escaped(path)) has none that the authority \(escaped(name)) has signed"
            )
        }
        for list in lists { unsafe X509_STORE_add_crl(store, list.pointer) }
        unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
    }

    /// Whether a certificate is in the list of who has signed it.
    func contain(_ certificate: ClientCertificate) -> Bool {
        lists.contains { $0.contains(certificate) }
    }

    /// Unix seconds when the first of them should have been renewed; nil when none says so.
    var end: Int64? { lists.compactMap(\.end).min() }
}

/// OpenSSL's X509_CRL.
@safe private final class RevocationList: @unchecked Sendable {
    // Sendable: it isn't changed, and OpenSSL locks what it caches in it.
    let pointer: OpaquePointer

    private init(owning owned: OpaquePointer) {
        unsafe pointer = owned
    }

    deinit {
        unsafe X509_CRL_free(pointer)
    }

    /// Those that stand in a text, up to the first that isn't one.
    static func all(in content: [UInt8]) -> [RevocationList] {
        OpenSSLErrors.clear()
        // The end of the text is an error, too.
        defer { OpenSSLErrors.clear() }
        guard let count = CInt(exactly: content.count) else { return [] }
        return unsafe content.withUnsafeBytes { bytes in
            guard let memory = unsafe BIO_new_mem_buf(bytes.baseAddress, count) else { return [] }
            defer { unsafe BIO_free(memory) }
            var lists: [RevocationList] = []
            while let list = unsafe PEM_read_bio_X509_CRL(memory, nil, nil, nil) {
                lists.append(unsafe RevocationList(owning: list))
            }
            return lists
        }
    }

    /// - Parameter authority: OpenSSL's X509.
    func isSigned(by authority: OpaquePointer) -> Bool {
        defer { OpenSSLErrors.clear() }
        return unsafe X509_NAME_cmp(X509_CRL_get_issuer(pointer), X509_get_subject_name(authority)) == 0
            && X509_CRL_verify(pointer, X509_get0_pubkey(authority)) == 1
    }

    func contains(_ certificate: ClientCertificate) -> Bool {
        defer { OpenSSLErrors.clear() }
        var entry: OpaquePointer?
        return unsafe X509_NAME_cmp(X509_CRL_get_issuer(pointer), X509_get_issuer_name(certificate.pointer)) == 0
            && X509_CRL_get0_by_cert(pointer, &entry, certificate.pointer) == 1
    }

    var end: Int64? {
        guard let time = unsafe X509_CRL_get0_nextUpdate(pointer) else { return nil }
        return unsafe unixTime(time)
    }
}

/// For SSL_CTX_set_verify(3): a list that should have been renewed still says what was revoked. To let nobody in any more because an
/// admin is late would keep recordings on devices that have no room for them.
func takeLateLists(_ isValid: CInt, _ verification: OpaquePointer?) -> CInt {
    if isValid == 1 { return 1 }
    let error = unsafe X509_STORE_CTX_get_error(verification)
    guard error == X509_V_ERR_CRL_HAS_EXPIRED || error == X509_V_ERR_CRL_NOT_YET_VALID else { return 0 }
    unsafe X509_STORE_CTX_set_error(verification, X509_V_OK)
    return 1
}
