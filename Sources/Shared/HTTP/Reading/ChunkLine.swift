/// The line before a chunk's bytes (RFC 9112, section 7.1): its size, and extensions, which mean nothing to us.
struct ChunkLine: Hashable, Sendable {
    /// 0 for the one that ends the body.
    let size: UInt64
    /// Bytes of the line that aren't the size.
    let extensionLength: Int

    init(_ line: [UInt8]) throws(RequestError) {
        let digits = line.prefix(while: isHexadecimal)
        guard !digits.isEmpty else { throw .malformedChunkSize }
        guard let size = Int64(String(decoding: digits, as: UTF8.self), radix: 16) else { throw .bodyTooLarge }
        self.size = UInt64(size)
        extensionLength = line.count - digits.count
        try Self.checkExtensions(line[digits.endIndex...])
    }

    /// `*( BWS ";" BWS NAME [ BWS "=" BWS VALUE ] )`.
    private static func checkExtensions(_ line: ArraySlice<UInt8>) throws(RequestError) {
        var rest = line
        while !rest.isEmpty {
            let parameter = rest.drop(while: isBlank)
            guard parameter.first == UInt8(ascii: ";") else {
                throw rest.startIndex == line.startIndex ? .malformedChunkSize : .malformedChunkExtension
            }
            rest = parameter.dropFirst().drop(while: isBlank)
            try dropToken(&rest)
            let value = rest.drop(while: isBlank)
            guard value.first == UInt8(ascii: "=") else { continue }
            rest = value.dropFirst().drop(while: isBlank)
            if rest.first == UInt8(ascii: "\"") { try dropQuotedText(&rest) } else { try dropToken(&rest) }
        }
    }

    private static func dropToken(_ rest: inout ArraySlice<UInt8>) throws(RequestError) {
        let token = rest.prefix(while: isTokenByte)
        guard !token.isEmpty else { throw .malformedChunkExtension }
        rest = rest[token.endIndex...]
    }

    private static func dropQuotedText(_ rest: inout ArraySlice<UInt8>) throws(RequestError) {
        rest = rest.dropFirst()
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") { rest = rest.dropFirst() }
            guard !rest.isEmpty else { throw .malformedChunkExtension }
        }
    }
}
