internal import CCurl

/// Asks other servers by HTTP: libcurl. For threads of their own, as a request takes as long as its limit says.
package enum HTTPClient {
    /// Why there is no answer.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// What a request may take.
    package struct Limits: Sendable {
        /// Bytes of the answer.
        package var bytes: Int
        /// From the beginning to the answer's last byte.
        package var seconds: Int

        package init(bytes: Int, seconds: Int) { (self.bytes, self.seconds) = (bytes, seconds) }
    }

    /// The content of an answer of 200. Nothing is said about this machine, nor about who may have asked it: no cookie, no name.
    ///
    /// - Parameters:
    ///   - url: `https`, or `http`; redirections are followed, from the one never to the other.
    ///   - agent: what is said to ask.
    package static func get(_ url: String, agent: String, _ limits: Limits) throws(Failure) -> [UInt8] {
        guard isReady, let handle = unsafe curl_easy_init() else { throw Failure(description: "libcurl can't be used") }
        defer { unsafe curl_easy_cleanup(handle) }
        let fields = unsafe curl_slist_append(nil, "Accept: application/json")
        defer { unsafe curl_slist_free_all(fields) }
        let answer = Answer(limit: limits.bytes)
        let scheme = url.prefix { $0 != ":" }.lowercased()
        let texts: [(CURLoption, String)] = [
            (CURLOPT_URL, url), (CURLOPT_PROTOCOLS_STR, scheme), (CURLOPT_REDIR_PROTOCOLS_STR, scheme),
            // Whatever the environment says.
            (CURLOPT_PROXY, ""), (CURLOPT_USERAGENT, agent),
        ]
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 1), (CURLOPT_MAXREDIRS, 5), (CURLOPT_FAILONERROR, 1),
            (CURLOPT_TIMEOUT, limits.seconds), (CURLOPT_CONNECTTIMEOUT, limits.seconds),
        ]
        for (option, text) in texts { try require(unsafe shim_curl_set_text(handle, option, text)) }
        for (option, number) in numbers { try require(unsafe shim_curl_set_number(handle, option, number)) }
        try require(unsafe shim_curl_set_fields(handle, fields))
        let code = withExtendedLifetime(answer) {
            let set = unsafe shim_curl_set_taker(handle, takeBytes, Unmanaged.passUnretained(answer).toOpaque())
            return set == CURLE_OK ? unsafe curl_easy_perform(handle) : set
        }
        if answer.isTooLong { throw Failure(description: "the answer is longer than \(limits.bytes) bytes") }
        try require(code)
        return answer.bytes
    }

    /// Once, before anybody else uses it.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private static func require(_ code: CURLcode) throws(Failure) {
        if code == CURLE_OK { return }
        throw Failure(description: unsafe String(cString: curl_easy_strerror(code)))
    }
}

/// What comes of an answer.
private final class Answer {
    var bytes: [UInt8] = []
    var isTooLong = false
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func take(_ more: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count + more.count <= limit else {
            isTooLong = true
            return false
        }
        unsafe bytes.append(contentsOf: more)
        return true
    }
}

/// - Returns: bytes taken; others than there are end the request.
private func takeBytes(
    _ start: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let start = unsafe start, let context = unsafe context else { return 0 }
    // The size of one is always 1.
    let answer = unsafe Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
    return unsafe answer.take(UnsafeRawBufferPointer(start: start, count: count)) ? count : 0
}
