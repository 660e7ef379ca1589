/// Content whose length isn't known when it begins (RFC 9112, section 7.1).
package enum ChunkedCoding {
    /// Appends a chunk; none for no bytes, as that would be the end.
    package static func writeChunk(_ content: Span<UInt8>, to bytes: inout [UInt8]) {
        guard !content.isEmpty else { return }
        bytes += String(content.count, radix: 16).utf8
        bytes += [carriageReturn, lineFeed]
        for index in content.indices {
            bytes.append(content[index])
        }
        bytes += [carriageReturn, lineFeed]
    }

    /// Appends what ends the content.
    package static func writeEnd(trailers: Fields = Fields(), to bytes: inout [UInt8]) {
        bytes += "0\r\n".utf8
        trailers.write(to: &bytes)
        bytes += [carriageReturn, lineFeed]
    }
}
