/// A host, and a port where one is named: what Host says, and what stands in a target between "//" and the path.
package struct Authority: Hashable, Sendable {
    /// A name or address in small letters, an IPv6 address with its brackets; empty where a client knows none (RFC 9110, section 7.2).
    package let host: String
    package let port: UInt16?

    /// Fails unless the bytes are `uri-host [ ":" port ]` (RFC 3986, section 3.2); nobody's name and password before an "@".
    package init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)[...]
        let length = bytes.first == UInt8(ascii: "[") ? Self.addressLength(bytes) : Self.nameLength(bytes)
        guard let length else { return nil }
        host = lowercasedText(bytes.prefix(length))
        let rest = bytes.dropFirst(length)
        guard !rest.isEmpty else {
            port = nil
            return
        }
        let digits = rest.dropFirst()
        guard rest.first == UInt8(ascii: ":"), digits.allSatisfy(isDigit) else { return nil }
        port = UInt16(String(decoding: digits, as: UTF8.self))
        guard port != nil || digits.isEmpty else { return nil }
    }

    private static func nameLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        let name = bytes.prefix { $0 != UInt8(ascii: ":") }
        return decodedPercent(name, isPlain: isNameByte) == nil ? nil : name.count
    }

    private static func addressLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let address = bytes[..<end].dropFirst()
        guard address.contains(UInt8(ascii: ":")) else { return nil }
        let isAddress = address.allSatisfy { isHexadecimal($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
        return isAddress ? address.count + 2 : nil
    }
}

/// RFC 3986's `unreserved` and `sub-delims`.
private func isNameByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "-._~!$&'()*+,;=".utf8.contains(byte)
}

extension Authority: CustomStringConvertible {
    package var description: String {
        port.map { "\(host):\($0)" } ?? host
    }
}

func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte)
}

func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
}
