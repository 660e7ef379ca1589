/// The server's answer to `hello`: the version that holds from here on, and its limits.
package struct Welcome: Payload {
    package let version: UInt8
    /// Name and version of the server's software.
    package let software: String
    /// Bytes of payload that the server takes in one `data` frame, 65,536 … 1,048,576.
    package let maxPayload: UInt32
    /// Uploads and queries that may be unanswered at a time, at least 1.
    package let maxOpenUploads: UInt16
    /// Bytes that the server takes in a path, 1 … 4096.
    package let maxPath: UInt16
    /// The server's clock, Unix seconds.
    package let serverTime: Int64
    /// The Ed25519 public key that the server signs receipts with: 32 bytes, or none when it signs none.
    package let receiptKey: [UInt8]

    /// - Throws: `WireError` when a value is outside the range of its field.
    package init(
        version: UInt8 = ProtocolLimits.version, software: String,
        maxPayload: UInt32 = ProtocolLimits.dataPayloads.upperBound, maxOpenUploads: UInt16,
        maxPath: UInt16 = UInt16(ProtocolLimits.pathLengths.upperBound), serverTime: Int64, receiptKey: [UInt8] = []
    ) throws(WireError) {
        try require(version, in: 1...UInt8.max, .version)
        try require(software.utf8.count, in: ProtocolLimits.softwareLengths, .software)
        try requirePrintable(software.utf8, .software)
        try require(maxPayload, in: ProtocolLimits.dataPayloads, .maxPayload)
        try require(maxOpenUploads, in: 1...UInt16.max, .maxOpenUploads)
        try require(Int(maxPath), in: ProtocolLimits.pathLengths, .maxPath)
        guard [0, ProtocolLimits.receiptKeyLength].contains(receiptKey.count) else { throw .outOfRange(.receiptKey) }
        self.version = version
        self.software = software
        self.maxPayload = maxPayload
        self.maxOpenUploads = maxOpenUploads
        self.maxPath = maxPath
        self.serverTime = serverTime
        self.receiptKey = receiptKey
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        let version = try reader.readInteger(.version, as: UInt8.self)
        let software = try reader.readBytes8(.software, ProtocolLimits.softwareLengths)
        try self.init(
            version: version,
            software: String(wire: software, .software),
            maxPayload: reader.readInteger(.maxPayload),
            maxOpenUploads: reader.readInteger(.maxOpenUploads),
            maxPath: reader.readInteger(.maxPath),
            serverTime: reader.readInteger(.serverTime),
            receiptKey: reader.readBytes8(.receiptKey, 0...ProtocolLimits.receiptKeyLength))
    }

    package func write(to writer: inout WireWriter) {
        writer.writeInteger(version)
        writer.writeBytes8(software.utf8)
        writer.writeInteger(maxPayload)
        writer.writeInteger(maxOpenUploads)
        writer.writeInteger(maxPath)
        writer.writeInteger(serverTime)
        writer.writeBytes8(receiptKey)
    }
}
