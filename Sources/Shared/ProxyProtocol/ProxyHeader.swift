/// What a proxy says of a connection before its first byte: version 2 of HAProxy's PROXY protocol.
package enum ProxyHeader: Hashable, Sendable {
    /// The connection is the proxy's own (LOCAL), as for a look whether the server is well.
    case local
    /// It is somebody's whom the proxy doesn't name by an address of the Internet: UNSPEC, or a socket in its file system.
    case unnamed
    /// It is somebody's.
    ///
    /// - host: 4 bytes of IPv4, or 16 of IPv6, in network order.
    case client(host: [UInt8], port: UInt16)
}

/// Takes a header from a connection's first bytes, and not one byte more: those behind it are TLS's. Of the fields behind the addresses (TLV)
/// it takes none into account, a checksum included.
package struct ProxyHeaderReader {
    private var bytes: [UInt8] = []
    private var size = Self.fixedSize

    package init() {}

    /// Bytes up to the length field.
    private static let fixedSize = 16
    /// Bytes behind those that are taken. The addresses are 216 at most; certificates' names and a cloud's fields stand behind them.
    package static let mostBytes = 4096

    /// How many bytes are still to come before there is more to know: 0 once the header is whole.
    package var missing: Int { size - bytes.count }

    package var hasBegun: Bool { !bytes.isEmpty }

    /// Whether a connection that begins so begins with a header, of whichever version.
    package static func isHeader(_ start: [UInt8]) -> Bool {
        start.starts(with: signature) || start.starts(with: version1)
    }

    /// How much of a connection `isHeader` looks at.
    package static let telling = signature.count

    /// Takes the next bytes.
    ///
    /// - Parameter piece: `missing` bytes at most; what is beyond them is another's, and isn't looked at.
    /// - Returns: the header, once it is whole.
    /// - Throws: `ProxyHeaderError` as soon as it is plain that this is no such header.
    package mutating func take(_ piece: some Collection<UInt8>) throws(ProxyHeaderError) -> ProxyHeader? {
        bytes += piece.prefix(missing)
        try Self.requireSignature(bytes)
        guard bytes.count >= Self.fixedSize else { return nil }
        if size == Self.fixedSize {
            let length = Int(bytes[14]) << 8 | Int(bytes[15])
            guard length <= Self.mostBytes else { throw .tooLong(length) }
            size += length
        }
        return missing == 0 ? try Self.read(bytes) : nil
    }

    private static let signature: [UInt8] = [
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
    ]

    private static let version1 = Array("PROXY ".utf8)

    /// Who speaks something else is told from its first bytes: it may be waiting for an answer.
    private static func requireSignature(_ bytes: [UInt8]) throws(ProxyHeaderError) {
        let start = bytes.prefix(signature.count)
        guard !start.elementsEqual(signature.prefix(start.count)) else { return }
        // As long as it may become one of version 1, more has to come: what is said of it doesn't depend on the pieces that it came in.
        if start.count < version1.count, version1.starts(with: start) { return }
        throw start.starts(with: version1) ? .version1 : .missing
    }

    /// - Parameter bytes: a whole header, beginning with the signature.
    private static func read(_ bytes: [UInt8]) throws(ProxyHeaderError) -> ProxyHeader {
        let (version, command) = (bytes[12] >> 4, bytes[12] & 15)
        guard version == 2 else { throw .unknownVersion(version) }
        guard command <= 1 else { throw .unknownCommand(command) }
        // What else stands in such a header doesn't count.
        if command == 0 { return .local }
        let (family, transport) = (bytes[13] >> 4, bytes[13] & 15)
        guard transport <= 1 else { throw .noStream(transport) }
        switch family {
        case 0: return .unnamed
        case 1: return try client(bytes, addressSize: 4)
        case 2: return try client(bytes, addressSize: 16)
        case 3:
            try requireRoom(216, in: bytes)
            return .unnamed
        default: throw .unknownFamily(family)
        }
    }

    /// Source and destination address, and their ports, in this order.
    private static func client(_ bytes: [UInt8], addressSize: Int) throws(ProxyHeaderError) -> ProxyHeader {
        try requireRoom(2 * addressSize + 4, in: bytes)
        let (start, ports) = (fixedSize, fixedSize + 2 * addressSize)
        return .client(
            host: Array(bytes[start..<start + addressSize]),
            port: UInt16(bytes[ports]) << 8 | UInt16(bytes[ports + 1]))
    }

    private static func requireRoom(_ size: Int, in bytes: [UInt8]) throws(ProxyHeaderError) {
        let length = bytes.count - fixedSize
        guard length >= size else { throw .tooShort(length, needed: size) }
    }
}
