internal import CZlib

/// The CRC-32 of a file's bytes, by zlib.
package struct ZipChecksum: Sendable {
    package private(set) var value: UInt32 = 0

    package init() {}

    package mutating func update(_ bytes: [UInt8]) {
        value = UInt32(truncatingIfNeeded: unsafe crc32_z(UInt(value), bytes, bytes.count))
    }
}
