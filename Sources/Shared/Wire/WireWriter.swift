import Encodings

/// Where encoded bytes go; encoding only ever appends.
package typealias WireWriter = [UInt8]

extension WireWriter {
    /// Appends a `text8`: an 8-bit length and the bytes. What a message holds has been checked against its range, so
    /// the length fits; if it ever did not, the receiver would find a malformed message, not this process a trap.
    package mutating func writeBytes8(_ bytes: some Collection<UInt8>) {
        writeInteger(UInt8(truncatingIfNeeded: bytes.count))
        append(contentsOf: bytes)
    }

    /// Appends a `bytes16`: a 16-bit length and the bytes.
    package mutating func writeBytes16(_ bytes: some Collection<UInt8>) {
        writeInteger(UInt16(truncatingIfNeeded: bytes.count))
        append(contentsOf: bytes)
    }
}
