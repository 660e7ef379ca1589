import Encodings

/// The client's first message: which versions it speaks.
package struct Hello: Payload {
    /// The first four bytes.
    static let magic = [UInt8]("AUP1".utf8)

    package let oldestVersion: UInt8
    package let newestVersion: UInt8
    /// Name and version of the client's software, for the server's log.
    package let software: String

    /// - Throws: `WireError` unless 1 ≤ oldest ≤ newest and the software is 1–64 bytes of printable ASCII.
    package init(
        oldestVersion: UInt8 = ProtocolLimits.versions.lowerBound,
        newestVersion: UInt8 = ProtocolLimits.versions.upperBound, software: String
    ) throws(WireError) {
        try require(oldestVersion, in: 1...UInt8.max, .oldestVersion)
        try require(newestVersion, in: oldestVersion...UInt8.max, .newestVersion)
        try require(software.utf8.count, in: ProtocolLimits.softwareLengths, .software)
        try requirePrintable(software.utf8, .software)
        self.oldestVersion = oldestVersion
        self.newestVersion = newestVersion
        self.software = software
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        guard try reader.readBytes(.magic, length: Self.magic.count) == Self.magic else { throw .wrongMagic }
        let oldest = try reader.readInteger(.oldestVersion, as: UInt8.self)
        let newest = try reader.readInteger(.newestVersion, as: UInt8.self)
        let software = try reader.readBytes8(.software, ProtocolLimits.softwareLengths)
        try self.init(
            oldestVersion: oldest, newestVersion: newest, software: String(wire: software, .software))
    }

    package func write(to writer: inout WireWriter) {
        writer.append(contentsOf: Self.magic)
        writer.writeInteger(oldestVersion)
        writer.writeInteger(newestVersion)
        writer.writeBytes8(software.utf8)
    }

    /// The newest version that both sides speak, as far as `supported` goes; nil when there is none.
    package func commonVersion(supported: ClosedRange<UInt8>) -> UInt8? {
        let newest = min(newestVersion, supported.upperBound)
        return newest >= max(oldestVersion, supported.lowerBound) ? newest : nil
    }
}
