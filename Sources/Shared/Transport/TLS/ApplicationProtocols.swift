internal import COpenSSL

/// What a server speaks over TLS (ALPN, RFC 7301), the most wanted first.
final class ApplicationProtocols: Sendable {
    private let names: [[UInt8]]

    init(_ names: [String]) {
        self.names = names.map { Array($0.utf8) }
    }

    /// The first that the client offers, too.
    ///
    /// - Parameter offers: the client's list as it travels: each name behind its length.
    /// - Returns: where the name stands in the list; nil: there is none.
    func choose(from offers: [UInt8]) -> Range<Int>? {
        var offered: [Range<Int>] = []
        var index = 0
        while index < offers.count {
            let end = min(index + 1 + Int(offers[index]), offers.count)
            offered.append((index + 1)..<end)
            index = end
        }
        for name in names {
            if let range = offered.first(where: { offers[$0].elementsEqual(name) }) { return range }
        }
        return nil
    }
}

/// For `SSL_CTX_set_alpn_select_cb`: a client that offers only others gets a fatal alert.
func chooseProtocol(
    _: OpaquePointer?, chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, chosenLength: UnsafeMutablePointer<UInt8>?,
    offered: UnsafePointer<UInt8>?, offeredLength: UInt32, protocols: UnsafeMutableRawPointer?
) -> CInt {
    guard let protocols = unsafe protocols else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let ours = unsafe Unmanaged<ApplicationProtocols>.fromOpaque(protocols).takeUnretainedValue()
    let offers = unsafe Array(UnsafeBufferPointer(start: offered, count: Int(offeredLength)))
    guard let range = ours.choose(from: offers) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    // What is chosen must outlive the call: OpenSSL's own copy of the client's list does.
    unsafe chosen?.pointee = offered.map { unsafe $0 + range.lowerBound }
    unsafe chosenLength?.pointee = UInt8(clamping: range.count)
    return SSL_TLSEXT_ERR_OK
}
