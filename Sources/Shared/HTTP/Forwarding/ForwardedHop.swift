/// One step of a request's way through proxies, as the proxy tells that received it there: an element of Forwarded (RFC 7239)
/// or of X-Forwarded-For.
package struct ForwardedHop: Hashable, Sendable {
    /// Whom the proxy received it from; nil where it doesn't tell ("unknown", "_hidden"), or tells what can't be read.
    package let node: Node?
    /// By which scheme, in small letters.
    package let scheme: String?

    /// A host, numeric as far as its form shows, without brackets, and the port where one is told.
    package struct Node: Hashable, Sendable {
        package let host: String
        package let port: UInt16?
    }
}

extension Fields {
    /// What Forwarded tells, the nearest proxy's word last.
    package var forwarded: [ForwardedHop] {
        elements(of: .forwarded).map(ForwardedHop.init(forwarded:))
    }

    /// What X-Forwarded-For tells, the nearest proxy's word last.
    package var forwardedFor: [ForwardedHop] {
        elements(of: .forwardedFor).map { ForwardedHop(node: ForwardedHop.Node($0), scheme: nil) }
    }

    /// What X-Forwarded-Proto tells: the nearest proxy's word, in small letters.
    package var forwardedScheme: String? {
        elements(of: .forwardedScheme).last.map { lowercasedText($0[...]) }
    }
}

extension ForwardedHop {
    /// Pairs between semicolons, in any order; what is there twice tells nothing.
    fileprivate init(forwarded element: [UInt8]) {
        let pairs = listElements(element, separatedBy: UInt8(ascii: ";")).compactMap(pair)
        let values = Dictionary(pairs.map { ($0.name, Optional($0.value)) }) { _, _ in nil }
        node = values["for"].flatMap(\.self).flatMap(Node.init)
        scheme = values["proto"].flatMap(\.self).map { lowercasedText($0[...]) }
    }
}

/// `token "=" ( token / quoted-string )`.
private func pair(_ bytes: [UInt8]) -> (name: String, value: [UInt8])? {
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let value = bytes[(equals + 1)...]
    let name = lowercasedText(bytes[..<equals])
    guard value.first == UInt8(ascii: "\"") else { return (name, Array(value)) }
    return unquoted(value).map { (name, $0) }
}

private func unquoted(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count > 1, text.last == UInt8(ascii: "\"") else { return nil }
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in text.dropFirst().dropLast() {
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        if !isEscaped { bytes.append(byte) }
    }
    return isEscaped ? nil : bytes
}

extension ForwardedHop.Node {
    /// `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]`, `[2001:db8::1]:4711`, and `2001:db8::1` as X-Forwarded-For has it.
    fileprivate init?(_ bytes: [UInt8]) {
        let colon = UInt8(ascii: ":")
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            self.init(host: bytes[1..<end], rest: bytes[(end + 1)...])
        } else if bytes.count(where: { $0 == colon }) > 1 {
            self.init(host: bytes[...], rest: [])
        } else {
            let end = bytes.firstIndex(of: colon) ?? bytes.endIndex
            self.init(host: bytes[..<end], rest: bytes[end...])
        }
    }

    private init?(host: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
        // Letters beyond hexadecimal ones: a word, not an address.
        guard host.contains(where: isDigit) || host.contains(UInt8(ascii: ":")),
            host.allSatisfy({ isHexadecimal($0) || ".:".utf8.contains($0) })
        else { return nil }
        self.host = String(decoding: host, as: UTF8.self)
        if rest.isEmpty {
            port = nil
            return
        }
        let digits = rest.dropFirst()
        guard rest.first == UInt8(ascii: ":"), digits.allSatisfy(isDigit),
            let port = UInt16(String(decoding: digits, as: UTF8.self))
        else { return nil }
        self.port = port
    }
}
