package import Domain

extension FixedBytes {
    /// Takes `byteCount` bytes.
    package init(reading reader: inout WireReader, _ field: WireField) throws(WireError) {
        guard let value = Self(takingFrom: &reader) else { throw .truncated(field) }
        self = value
    }
}
