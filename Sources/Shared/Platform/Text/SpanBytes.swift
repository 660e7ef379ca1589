extension Span<UInt8> {
    /// Lends the same bytes without their type.
    package func withRawBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try body(unsafe bytes)
    }
}
