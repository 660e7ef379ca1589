internal import Encodings

/// Who somebody says to be by the Basic scheme (RFC 7617).
package struct BasicCredentials: Sendable {
    package enum Flaw: Error, Hashable, Sendable {
        case otherScheme
        case malformed
        /// RFC 7617 forbids them, and in a log or a path they'd be trouble.
        case controlCharacter
    }

    package let user: String
    /// In UTF-8, by the same rule as the user's name. Whoever holds it should overwrite it after use.
    package let password: [UInt8]

    /// - Parameter authorization: the value of the field Authorization.
    package init(authorization: [UInt8]) throws(Flaw) {
        let scheme = authorization.prefix { $0 != UInt8(ascii: " ") }
        guard lowercasedText(scheme) == "basic" else { throw .otherScheme }
        let token = trimmed(authorization[scheme.endIndex...])
        guard let pair = decodeBase64(token, isPadded: true) else { throw .malformed }
        guard let colon = pair.firstIndex(of: UInt8(ascii: ":")) else { throw .malformed }
        guard pair.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .controlCharacter }
        user = headerText(pair[..<colon])
        password = Array(headerText(pair[(colon + 1)...]).utf8)
    }
}

extension BasicCredentials.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .otherScheme: "Authorization has another scheme than Basic"
        case .malformed: "Authorization isn't USER:PASSWORD in base64"
        case .controlCharacter: "the user's name or the password has a control character"
        }
    }
}
