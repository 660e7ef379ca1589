/// What can stand in a path's segment or a query's value for itself (RFC 3986, `unreserved`), all else as "%" and two digits.
package func percentEncoded(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
        isUnreserved(byte) ? String(UnicodeScalar(byte)) : "%\(hexadecimal([byte]).uppercased())"
    }.joined()
}

private func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
    default: "-._~".utf8.contains(byte)
    }
}
