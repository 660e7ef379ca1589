/// What a peer may make us hold or pass over, in bytes unless it says otherwise; line ends count only in sums.
package struct RequestLimits: Hashable, Sendable {
    /// RFC 9112, section 3, recommends 8000 at least.
    package var requestLine = 8192
    package var fieldLine = 8192
    /// Number of fields in a head.
    package var fields = 100
    /// The request line and all fields.
    package var head = 32 * 1024
    /// The line with a chunk's size and extensions.
    package var chunkLine = 256
    /// All extensions of a body's chunks, so that a body isn't mostly these (RFC 9112, section 7.1.1).
    package var chunkExtensions = 4096
    /// Number of fields behind a chunked body.
    package var trailerFields = 32
    package var trailers = 8192

    /// The longest method; whoever sends a longer one wants something that we can't do.
    package static let method = 32

    package init() {}
}
