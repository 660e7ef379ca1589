/// The SHA-256 of a file's content (FIPS 180-4).
package struct ContentDigest: FixedBytes {
    package static let byteCount = 32

    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    package init(reading reader: inout WireReader, _ field: WireField) throws(WireError) {
        guard reader.count >= Self.byteCount else { throw .truncated(field) }
        first = try reader.readInteger(field)
        second = try reader.readInteger(field)
        third = try reader.readInteger(field)
        fourth = try reader.readInteger(field)
    }

    package func write(to writer: inout WireWriter) {
        writer.writeInteger(first)
        writer.writeInteger(second)
        writer.writeInteger(third)
        writer.writeInteger(fourth)
    }
}
