/// What a request is about: a path and a query, or the server as a whole (RFC 9112, section 3.2).
package struct RequestTarget: Hashable, Sendable {
    package enum Flaw: Error, Hashable, Sendable {
        /// It begins neither with "/" nor as a URL of the schemes `http` and `https`.
        case otherForm
        /// "*" for another method than OPTIONS.
        case asterisk
        case malformedAuthority
        /// A blank, a control character, or another that must be escaped.
        case forbiddenByte(UInt8)
        /// A "%" without two digits.
        case malformedEscape
        /// NUL in its escaped form, which no name can have.
        case nul
    }

    /// The names between the slashes, each without escapes: "/a%2Fb/" has "a/b" and an empty one. None for the server as a whole.
    package private(set) var segments: [[UInt8]]
    /// What follows "?", as it came.
    package let query: [UInt8]?
    /// The host that a whole URL names, which counts rather than Host.
    package let authority: Authority?
    /// "*".
    package let isWholeServer: Bool

    /// - Parameter bytes: as they stand in a request.
    package init(_ bytes: ArraySlice<UInt8>, method: Method) throws(Flaw) {
        if bytes.elementsEqual("*".utf8) {
            guard method == .options else { throw .asterisk }
            (segments, query, authority, isWholeServer) = ([], nil, nil, true)
            return
        }
        var rest = bytes
        authority = rest.first == slash ? nil : try Self.takeAuthority(&rest)
        let path = rest.prefix { $0 != questionMark }
        let query = path.endIndex < rest.endIndex ? rest[(path.endIndex + 1)...] : nil
        // A URL without a path means its root, but the server as a whole to OPTIONS (RFC 9112, section 3.2.4).
        isWholeServer = path.isEmpty && query == nil && method == .options
        segments = isWholeServer ? [] : try Self.segments(path)
        if let query { _ = try Self.decoded(query, isPlain: isQueryByte) }
        self.query = query.map { [UInt8]($0) }
    }

    /// As seen from below its first name.
    package var belowFirst: RequestTarget {
        var target = self
        target.segments = Array(segments.dropFirst())
        return target
    }

    /// "http://host" or "https://host".
    private static func takeAuthority(_ rest: inout ArraySlice<UInt8>) throws(Flaw) -> Authority {
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            ["http", "https"].contains(lowercasedText(rest[..<colon])),
            rest[(colon + 1)...].starts(with: [slash, slash])
        else { throw .otherForm }
        rest = rest[(colon + 3)...]
        let bytes = rest.prefix { $0 != slash && $0 != questionMark }
        guard let authority = Authority(bytes), !authority.host.isEmpty else { throw .malformedAuthority }
        rest = rest[bytes.endIndex...]
        return authority
    }

    private static func segments(_ path: ArraySlice<UInt8>) throws(Flaw) -> [[UInt8]] {
        var segments: [[UInt8]] = []
        for segment in path.dropFirst().split(separator: slash, omittingEmptySubsequences: false) {
            segments.append(try decoded(segment, isPlain: isPathByte))
        }
        return segments
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>, isPlain: (UInt8) -> Bool) throws(Flaw) -> [UInt8] {
        if let byte = bytes.first(where: { $0 != UInt8(ascii: "%") && !isPlain($0) }) { throw .forbiddenByte(byte) }
        guard let decoded = decodedPercent(bytes, isPlain: isPlain) else { throw .malformedEscape }
        guard !decoded.contains(0) else { throw .nul }
        return decoded
    }
}

extension RequestTarget.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .otherForm: "the target begins neither with “/” nor with “http://” or “https://”"
        case .asterisk: "the target “*” is for OPTIONS only"
        case .malformedAuthority: "the target's host isn't HOST or HOST:PORT"
        case .forbiddenByte(let byte): "the target has byte \(hexadecimal(byte)), which must be escaped"
        case .malformedEscape: "the target has a “%” without two hexadecimal digits"
        case .nul: "the target has an escaped NUL"
        }
    }
}

private let slash = UInt8(ascii: "/")
private let questionMark = UInt8(ascii: "?")

/// What RFC 3986 lets stand in a path, what browsers leave as it is though it doesn't (WHATWG URL, "path percent-encode set"), and
/// what lies beyond ASCII, which curl sends as a person typed it. None of it can be taken for anything else.
private func isPathByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || byte >= 0x80 || "-._~!$&'()*+,;=:@|[]^".utf8.contains(byte)
}

/// The same for a query, where browsers leave more.
private func isQueryByte(_ byte: UInt8) -> Bool {
    isPathByte(byte) || "/?`{}\\".utf8.contains(byte)
}

/// A byte as two digits.
func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0x0" + digits : "0x" + digits
}
