internal import CCurl
internal import Platform

/// One transfer after the other over connections that stay open in between. libcurl's CURL, used by one thread at a time.
@safe final class CurlTransfer: @unchecked Sendable {
    // Sendable: HTTPClient hands it to one thread at a time.
    private let handle: UnsafeMutableRawPointer
    private var received = Received()

    /// Of the answer that is coming.
    private struct Received {
        var fields: [OutgoingRequest.Field] = []
        var content: [UInt8] = []
        var most = 0
        var isTooLong = false
        var take: ((RawSpan) -> Bool)?
    }

    init() throws(TransferError) {
        guard shim_curl_load(), let handle = unsafe shim_curl_init() else { throw .missing }
        unsafe self.handle = handle
    }

    deinit {
        unsafe shim_curl_cleanup(handle)
    }

    /// - Parameter take: is given the content of an answer 2xx as it comes, rather than that it is kept; false ends it.
    func perform(
        _ request: OutgoingRequest, _ limits: TransferLimits, authorities: String?, take: ((RawSpan) -> Bool)?
    ) throws(TransferError) -> IncomingResponse {
        received = Received()
        (received.most, received.take) = (limits.content, take)
        unsafe shim_curl_reset(handle)
        let list = try FieldList(request.fields)
        setUp(request, limits, authorities)
        unsafe list.set(on: handle)
        // Copied by libcurl, so that nothing has to outlive this call.
        setContent(request)
        let result = unsafe shim_curl_perform(handle)
        try check(result)
        var status = 0
        unsafe shim_curl_get_number(handle, CURLINFO_RESPONSE_CODE, &status)
        defer { received = Received() }
        return IncomingResponse(status: status, fields: received.fields, content: received.content)
    }

    private func setUp(_ request: OutgoingRequest, _ limits: TransferLimits, _ authorities: String?) {
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        if limits.redirections > 0 {
            set(CURLOPT_FOLLOWLOCATION, 1)
            set(CURLOPT_MAXREDIRS, limits.redirections)
            set(CURLOPT_REDIR_PROTOCOLS_STR, request.url.prefix { $0 != ":" }.lowercased())
        }
        // Neither a proxy nor a password out of somebody's environment.
        set(CURLOPT_NOPROXY, "*")
        set(CURLOPT_NETRC, 0)
        set(CURLOPT_NOSIGNAL, 1)
        // What is signed is sent as it was signed.
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connecting * 1000))
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, max(1, Int(limits.silence)))
        if let all = limits.all { set(CURLOPT_TIMEOUT_MS, Int(all * 1000)) }
        if let authorities { set(CURLOPT_CAINFO, authorities) }
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe shim_curl_set_pointer(handle, CURLOPT_WRITEDATA, owner)
        unsafe shim_curl_set_pointer(handle, CURLOPT_HEADERDATA, owner)
        unsafe shim_curl_set_piece(handle, CURLOPT_WRITEFUNCTION, Self.takeContent)
        unsafe shim_curl_set_piece(handle, CURLOPT_HEADERFUNCTION, Self.takeField)
    }

    private func setContent(_ request: OutgoingRequest) {
        if request.method == "HEAD" { return set(CURLOPT_NOBODY, 1) }
        if request.method != "GET" {
            unsafe shim_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.content.count))
            unsafe request.content.withUnsafeBytes { bytes in
                // Of no bytes the address is none, which would have libcurl ask for them.
                let start = unsafe bytes.baseAddress.map { unsafe UnsafeMutableRawPointer(mutating: $0) }
                if let start = unsafe start {
                    _ = unsafe shim_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, start)
                } else {
                    set(CURLOPT_COPYPOSTFIELDS, "")
                }
            }
        }
        set(CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func set(_ option: CURLoption, _ text: String) {
        _ = unsafe shim_curl_set_text(handle, option, text)
    }

    private func set(_ option: CURLoption, _ number: Int) {
        _ = unsafe shim_curl_set_number(handle, option, number)
    }

    private func check(_ result: CURLcode) throws(TransferError) {
        let reason = unsafe shim_curl_text(result).map { unsafe String(cString: $0) } ?? "error \(result.rawValue)"
        switch result {
        case CURLE_OK: return
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: throw .unreachable(reason)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE: throw .untrusted(reason)
        case CURLE_OPERATION_TIMEDOUT: throw .silent
        case CURLE_WRITE_ERROR: throw received.isTooLong ? .tooLong : .broken("it isn't wanted any more")
        default: throw .broken(reason)
        }
    }
}

// MARK: - What comes

extension CurlTransfer {
    private static let takeContent: shim_curl_piece = { bytes, size, count, owner in
        unsafe CurlTransfer.take(bytes, size &* count, owner) { transfer, piece in transfer.takeContent(piece) }
    }

    private static let takeField: shim_curl_piece = { bytes, size, count, owner in
        unsafe CurlTransfer.take(bytes, size &* count, owner) { transfer, piece in transfer.takeField(piece) }
    }

    /// - Returns: `count`, or something else to end the transfer.
    private static func take(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ owner: UnsafeMutableRawPointer?,
        by body: (CurlTransfer, RawSpan) -> Bool
    ) -> Int {
        guard let owner = unsafe owner, let bytes = unsafe bytes else { return count }
        let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(owner).takeUnretainedValue()
        let memory = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        return body(transfer, unsafe RawSpan(_unsafeBytes: memory)) ? count : count &+ 1
    }

    private func takeContent(_ piece: RawSpan) -> Bool {
        var status = 0
        unsafe shim_curl_get_number(handle, CURLINFO_RESPONSE_CODE, &status)
        if let take = received.take, (200..<300).contains(status) { return take(piece) }
        guard received.content.count + piece.byteCount <= received.most else {
            received.isTooLong = true
            return false
        }
        unsafe piece.withUnsafeBytes { unsafe received.content.append(contentsOf: $0) }
        return true
    }

    private static let mostFields = 200

    private func takeField(_ line: RawSpan) -> Bool {
        let text = unsafe line.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        // Of an interim answer nothing is kept.
        if text.hasPrefix("HTTP/") { received.fields = [] }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), received.fields.count < Self.mostFields else {
            return true
        }
        let value = text[text.utf8.index(after: colon)...].unicodeScalars
        let trimmed = value.drop { " \t".unicodeScalars.contains($0) }
        let end = trimmed.lastIndex { !" \t\r\n".unicodeScalars.contains($0) }.map { trimmed.index(after: $0) }
        let plain = String(String.UnicodeScalarView(trimmed[..<(end ?? trimmed.startIndex)]))
        received.fields.append(OutgoingRequest.Field(text[..<colon].lowercased(), plain))
        return true
    }
}

/// Fields of a request: libcurl's `curl_slist`.
@safe struct FieldList: ~Copyable {
    private var list: UnsafeMutablePointer<curl_slist>?

    init(_ fields: [OutgoingRequest.Field]) throws(TransferError) {
        unsafe list = nil
        // Nobody is waited for who might say 100.
        for line in fields.map({ "\($0.name): \($0.value)" }) + ["Expect:", "Content-Type:"] {
            let isTyped = line == "Content-Type:" && fields.contains { $0.name.lowercased() == "content-type" }
            guard !isTyped else { continue }
            guard line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw .broken("a field has what no field may have")
            }
            guard let longer = unsafe shim_curl_append(list, line) else { throw .broken("there is no memory") }
            unsafe list = longer
        }
    }

    deinit {
        unsafe shim_curl_free(list)
    }

    func set(on handle: UnsafeMutableRawPointer) {
        unsafe shim_curl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
    }
}
