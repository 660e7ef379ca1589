import Encodings

/// The 12 bytes in front of every payload. See `docs/PROTOCOL.md`, section "Frames".
package struct FrameHeader: Hashable, Sendable {
    /// Bytes in an encoded header.
    package static let encodedSize = 12

    package var type: FrameType
    package var flags: UInt8
    /// The number of the upload or query that the frame is about, 0 when it is about none.
    package var upload: UInt32
    /// Bytes of payload that follow.
    package var length: UInt32

    package init(type: FrameType, flags: UInt8 = 0, upload: UInt32 = 0, length: UInt32) {
        self.type = type
        self.flags = flags
        self.upload = upload
        self.length = length
    }

    /// Decodes a header, and checks all that can be checked before any payload is taken.
    ///
    /// - Parameters:
    ///   - bytes: exactly `encodedSize` bytes.
    ///   - dataLimit: bytes that a `data` payload may have; a server passes what it told as `welcome.maxPayload`.
    /// - Throws: `WireError` when the peer broke the protocol; nothing that follows on the connection can be trusted.
    package init(
        decoding bytes: Span<UInt8>, dataLimit: Int = ProtocolLimits.maximumDataPayload
    ) throws(WireError) {
        var reader = bytes
        let code = try reader.readInteger(.header, as: UInt8.self)
        guard let type = FrameType(rawValue: code) else { throw .unknownType(code) }
        let flags = try reader.readInteger(.header, as: UInt8.self)
        let reserved = try reader.readInteger(.header, as: UInt16.self)
        guard reserved == 0 else { throw .reservedNotZero(reserved) }
        let upload = try reader.readInteger(.header, as: UInt32.self)
        let length = try reader.readInteger(.header, as: UInt32.self)
        guard reader.isEmpty else { throw .trailingBytes(type) }
        self.init(type: type, flags: flags, upload: upload, length: length)
        try validate(dataLimit: dataLimit)
    }

    /// As `init(decoding:dataLimit:)` over a span of bytes, for callers that hold raw memory.
    package init(
        decoding bytes: RawSpan, dataLimit: Int = ProtocolLimits.maximumDataPayload
    ) throws(WireError) {
        try self.init(decoding: Span<UInt8>(_bytes: bytes), dataLimit: dataLimit)
    }

    /// Appends the 12 bytes.
    package func encode(into bytes: inout [UInt8]) {
        bytes.writeInteger(type.rawValue)
        bytes.writeInteger(flags)
        bytes.writeInteger(UInt16(0))
        bytes.writeInteger(upload)
        bytes.writeInteger(length)
    }

    private func validate(dataLimit: Int) throws(WireError) {
        let rules = type.rules
        guard flags & ~rules.flags == 0 else { throw .undefinedFlags(type, flags & ~rules.flags) }
        if rules.namesUpload, upload == 0 { throw .uploadMissing(type) }
        if !rules.namesUpload, upload != 0 { throw .uploadUnexpected(type, upload) }
        guard rules.lengths.contains(length) else { throw .lengthOutOfRange(type, length) }
        if type == .data, length > dataLimit { throw .lengthOutOfRange(type, length) }
    }
}
