/// What a form may take of the server's memory and time, beside its files.
package struct MultipartLimits: Hashable, Sendable {
    package var parts: Int
    /// Bytes of a part's head, with the line ends.
    package var headBytes: Int
    /// Fields of a part's head.
    package var headFields: Int
    /// Bytes before the first part that are passed over, and as many after the last. No client in use sends any; a body
    /// with another boundary than its Content-Type names is one long preamble.
    package var surroundingBytes: Int
    /// Blanks after a delimiter, which gateways may add.
    package var paddingBytes: Int

    /// A file's path of 4 KiB, with each byte percent-encoded, has room in a head.
    package init(
        parts: Int = 10_000, headBytes: Int = 16 * 1024, headFields: Int = 32, surroundingBytes: Int = 4096,
        paddingBytes: Int = 256
    ) {
        self.parts = parts
        self.headBytes = headBytes
        self.headFields = headFields
        self.surroundingBytes = surroundingBytes
        self.paddingBytes = paddingBytes
    }
}
