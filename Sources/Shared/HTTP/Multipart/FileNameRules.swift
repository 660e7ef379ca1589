internal import Encodings

/// What a part's field and file are called, by the parameters of its Content-Disposition.
///
/// RFC 7578 leaves the bytes open, and no two kinds of clients agree. What each really sends stands in
/// `Tests/HTTPTests/vectors/multipart/names`; from there come these rules, in this order, by which the same file gets the
/// same name from all of them:
///
/// 1. `filename*` (RFC 8187: charset, language, percent-encoding) comes before `filename`, as RFC 6266, section 4.3, says.
///    RFC 7578, section 4.2, forbids it for forms; .NET and urllib3 before 1.25 send it all the same. One that is
///    malformed counts as none where there is a `filename` too.
/// 2. Between quotes, `\\` is a backslash and `\"` a quote. A backslash before anything else is one: browsers, curl and
///    requests send it as it is, httpx and urllib3 1.26 double it, curl before 7.81 escaped both.
/// 3. One encoded word (RFC 2047, `=?utf-8?B?…?=`) that is all of the name is decoded: .NET writes names so.
/// 4. `%22`, and `%01` to `%1F` but `%1B`, with capital letters, are what they stand for: browsers and curl encode `"`, CR and
///    LF so (WHATWG HTML, section 4.10.21.8), httpx and urllib3 1.26 all controls but ESC. "%" is encoded by none of them,
///    so any other `%XX` is part of the name ("100%20.mp4").
/// 5. Unless Content-Type comes first and the whole name is letters, digits, "-._~" and `%XX`: then it is from aiohttp, which
///    encodes every other byte, also "%", and all of it is decoded.
/// 6. What isn't UTF-8 is windows-1252: a form on a page that states no charset. See `formText`.
/// 7. A path from the root ("/home/u/a.mp4", "C:\fakepath\a.mp4", "\\host\a.mp4") is cut to its last component: what is
///    above it is the client's own (RFC 6266, section 4.3). One from where the client stands keeps its folders ("trip/a.mp4", which
///    browsers send for the files of a folder); a backslash is no separator there.
///
/// What can't be told apart: a browser's literal `%22`, `%0A`, `\\` and `\"` from those that stand for something.
struct FileNameRules: Sendable {
    let parameters: [String: [UInt8]]
    /// Whether Content-Type is the part's first field.
    let isTypeFirst: Bool

    func fieldName() -> String? {
        if let extended = parameters["name*"].flatMap(extendedValue) {
            return String(decoding: extended, as: UTF8.self)
        }
        return parameters["name"].map { formText(Self.decodingEscapes(unescaped($0))) }
    }

    func fileName() throws(PartHead.Flaw) -> [UInt8]? {
        let plain = parameters["filename"]
        if let continued = parameters.keys.filter({ $0.hasPrefix("filename*") && $0 != "filename*" }).min() {
            throw .unsupportedParameter(continued)
        }
        guard let extended = parameters["filename*"] else { return plain.map(decoded).map(withoutRoot) }
        if let name = extendedValue(extended) { return withoutRoot(name) }
        guard let plain else { throw .malformedFileName }
        return withoutRoot(decoded(plain))
    }

    private func decoded(_ value: [UInt8]) -> [UInt8] {
        let unescaped = unescaped(value)
        if let word = encodedWord(unescaped) { return word }
        if isTypeFirst, let name = decodedPercent(unescaped, isPlain: Self.isUnreserved), !name.contains(0),
            String(validating: name, as: UTF8.self) != nil
        {
            return name
        }
        return Array(formText(Self.decodingEscapes(unescaped)).utf8)
    }

    private static func decodingEscapes(_ value: [UInt8]) -> [UInt8] {
        decodingPercent(value) { byte, digits in
            (byte == 0x22 || (0x01...0x1F).contains(byte) && byte != 0x1B) && !digits.contains { $0 >= 0x61 }
        }
    }

    /// Bytes that need no encoding in any part of a URI (RFC 3986, section 2.3).
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "-._~".utf8.contains(byte)
    }
}

private let backslash = UInt8(ascii: "\\")
private let slash = UInt8(ascii: "/")

private func unescaped(_ value: [UInt8]) -> [UInt8] {
    var unescaped: [UInt8] = []
    unescaped.reserveCapacity(value.count)
    var rest = value[...]
    while let byte = rest.popFirst() {
        if byte == backslash, let next = rest.first, next == backslash || next == UInt8(ascii: "\"") {
            rest = rest.dropFirst()
            unescaped.append(next)
        } else {
            unescaped.append(byte)
        }
    }
    return unescaped
}

/// Without what leads to the last component of a path from a root.
package func withoutRoot(_ name: [UInt8]) -> [UInt8] {
    if name.first == slash { return Array(name.split(separator: slash, omittingEmptySubsequences: false).last ?? []) }
    let hasDrive =
        name.count >= 3 && (0x41...0x5A).contains(name[0] & 0xDF) && name[1] == UInt8(ascii: ":")
        && (name[2] == backslash || name[2] == slash)
    guard hasDrive || name.first == backslash else { return name }
    return Array(name.split(omittingEmptySubsequences: false) { $0 == slash || $0 == backslash }.last ?? [])
}

/// A value of RFC 8187, section 3.2, in UTF-8: `UTF-8'en'%e2%82%ac`.
///
/// - Returns: nil for anything else.
private func extendedValue(_ value: [UInt8]) -> [UInt8]? {
    let parts = value.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = decodedPercent(parts[2], isPlain: isAttributeByte) else { return nil }
    switch lowercasedText(parts[0]) {
    case "utf-8": return String(validating: bytes, as: UTF8.self) == nil || bytes.contains(0) ? nil : bytes
    case "iso-8859-1": return bytes.contains(0) ? nil : Array(latin1Text(bytes).utf8)
    default: return nil
    }
}

private func isAttributeByte(_ byte: UInt8) -> Bool {
    isTokenByte(byte) && !"*'%".utf8.contains(byte)
}

/// The text of a value that is one encoded word in UTF-8 and base64, and nothing else.
private func encodedWord(_ value: [UInt8]) -> [UInt8]? {
    let parts = value.split(separator: UInt8(ascii: "?"), omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0] == [UInt8(ascii: "=")], parts[4] == [UInt8(ascii: "=")],
        lowercasedText(parts[1]) == "utf-8", lowercasedText(parts[2]) == "b",
        let bytes = decodeBase64(parts[3], isPadded: true), !bytes.contains(0),
        String(validating: bytes, as: UTF8.self) != nil
    else { return nil }
    return bytes
}
