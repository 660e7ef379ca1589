package import HTTPClient

/// Why an engine hasn't done what it was asked.
package enum BucketError: Error, Hashable, Sendable {
    case noAnswer(TransferError)
    /// - code: S3's own word, such as `NoSuchUpload`; empty where it says none.
    case refused(status: Int, code: String)
    /// It answers, but not as S3 does.
    case unreadable(String)
    /// Nothing can be signed, for want of memory.
    case unsigned

    /// Whether the same may succeed later.
    package var passes: Bool {
        switch self {
        case .noAnswer(.untrusted): false
        case .noAnswer, .unsigned: true
        case .refused(let status, let code): status >= 500 && status != 501 || code == "SlowDown"
        case .unreadable: false
        }
    }
}

extension BucketError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noAnswer(let error): error.description
        case .refused(let status, let code): code.isEmpty ? "it answers \(status)" : "it answers \(status) \(code)"
        case .unreadable(let what): "its answer isn't S3's: \(what)"
        case .unsigned: "nothing can be signed: there is no memory"
        }
    }
}
