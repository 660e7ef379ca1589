internal import COpenSSL

/// OpenSSL keeps its errors in a queue of the thread: cleared before a call, drained after it, so that none is blamed on
/// another call.
enum OpenSSLErrors {
    static func clear() {
        ERR_clear_error()
    }

    /// The words for what went wrong, oldest first; empties the queue. OpenSSL's texts hold no secrets.
    static func drain() -> String {
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            if let text = unsafe ERR_reason_error_string(code) {
                reasons.append(unsafe String(cString: text))
            } else {
                reasons.append("error \(String(code, radix: 16))")
            }
        }
        return reasons.isEmpty ? "no reason given" : reasons.joined(separator: "; ")
    }
}
