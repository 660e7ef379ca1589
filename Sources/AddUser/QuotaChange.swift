import Accounts
import Platform

/// Another quota, or none.
struct QuotaChange {
    private let bytes: UInt64?

    /// - Returns: nil for what is neither.
    init?(_ text: String) {
        bytes = byteCount(text.utf8)
        if bytes == nil, text != "none" { return nil }
    }

    func apply(to name: UserName, in file: inout PasswordFile) throws(PasswordChangeError) {
        try file.setQuota(bytes, of: name)
    }
}
