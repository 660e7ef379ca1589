package import Domain
import Encodings

/// The server's answer to `hello`: the version that holds from here on, and its limits.
package struct Welcome: Payload {
    package private(set) var version: UInt8
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
    /// The key that the server signs receipts with; nil when it signs none.
    package let receiptKey: ReceiptKey?
    /// The keys that came before it, newest first, each with its signature under the next: at most 8, and none without a
    /// key that came last.
    package let predecessors: [ReceiptPredecessor]

    /// - Throws: `WireError` when a value is outside the range of its field.
    package init(
        version: UInt8 = ProtocolLimits.versions.upperBound, software: String,
        maxPayload: UInt32 = ProtocolLimits.dataPayloads.upperBound, maxOpenUploads: UInt16,
        maxPath: UInt16 = UInt16(ProtocolLimits.pathLengths.upperBound), serverTime: Int64,
        receiptKey: ReceiptKey? = nil, predecessors: [ReceiptPredecessor] = []
    ) throws(WireError) {
        try require(version, in: 1...UInt8.max, .version)
        try require(software.utf8.count, in: ProtocolLimits.softwareLengths, .software)
        try requirePrintable(software.utf8, .software)
        try require(maxPayload, in: ProtocolLimits.dataPayloads, .maxPayload)
        try require(maxOpenUploads, in: 1...UInt16.max, .maxOpenUploads)
        try require(Int(maxPath), in: ProtocolLimits.pathLengths, .maxPath)
        let mostPredecessors = receiptKey == nil ? 0 : ProtocolLimits.maximumPredecessors
        try require(predecessors.count, in: 0...mostPredecessors, .predecessors)
        self.version = version
        self.software = software
        self.maxPayload = maxPayload
        self.maxOpenUploads = maxOpenUploads
        self.maxPath = maxPath
        self.serverTime = serverTime
        self.receiptKey = receiptKey
        self.predecessors = predecessors
    }

    /// The same in the version that a client has in common with the server.
    package func speaking(_ version: UInt8) -> Welcome {
        var welcome = self
        welcome.version = max(1, version)
        return welcome
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
            receiptKey: Self.receiptKey(reader.readBytes8(.receiptKey, 0...ReceiptKey.byteCount)),
            predecessors: Self.predecessors(reader.readBytes16(.predecessors, 0...Self.predecessorBytes)))
    }

    private static let predecessorBytes = ProtocolLimits.maximumPredecessors * ReceiptPredecessor.byteCount

    private static func receiptKey(_ bytes: [UInt8]) throws(WireError) -> ReceiptKey? {
        if bytes.isEmpty { return nil }
        guard let key = ReceiptKey(bytes) else { throw .outOfRange(.receiptKey) }
        return key
    }

    private static func predecessors(_ bytes: [UInt8]) throws(WireError) -> [ReceiptPredecessor] {
        guard bytes.count.isMultiple(of: ReceiptPredecessor.byteCount) else { throw .outOfRange(.predecessors) }
        var reader = bytes.span
        var predecessors: [ReceiptPredecessor] = []
        while !reader.isEmpty { predecessors.append(try ReceiptPredecessor(reading: &reader, .predecessors)) }
        return predecessors
    }

    package func write(to writer: inout WireWriter) {
        writer.writeInteger(version)
        writer.writeBytes8(software.utf8)
        writer.writeInteger(maxPayload)
        writer.writeInteger(maxOpenUploads)
        writer.writeInteger(maxPath)
        writer.writeInteger(serverTime)
        writer.writeBytes8(receiptKey?.bytes ?? [])
        var list: WireWriter = []
        for predecessor in predecessors { predecessor.write(to: &list) }
        writer.writeBytes16(list)
    }
}
