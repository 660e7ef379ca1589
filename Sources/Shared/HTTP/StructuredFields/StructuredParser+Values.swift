internal import Encodings

extension StructuredParser {
    /// What kind it is shows from its first byte (RFC 9651, section 4.2.3.1).
    mutating func bareItem() throws(StructuredFlaw) -> BareItem {
        guard let first = next else { throw flaw(.valueExpected) }
        switch first {
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: ":"): return .bytes(try bytes())
        case UInt8(ascii: "?"): return .boolean(try boolean())
        case UInt8(ascii: "@"): return .date(try date())
        case UInt8(ascii: "%"): return .displayString(try displayString())
        default:
            guard isTokenStart(first) else { throw flaw(.valueExpected) }
            return .token(String(decoding: take(while: isStructuredTokenByte), as: UTF8.self))
        }
    }

    private mutating func number() throws(StructuredFlaw) -> BareItem {
        let sign: Int64 = take(UInt8(ascii: "-")) ? -1 : 1
        let whole = take(while: isDigit)
        guard !whole.isEmpty, whole.count <= 15, let value = Int64(String(decoding: whole, as: UTF8.self)) else {
            throw flaw(.malformedNumber)
        }
        guard take(UInt8(ascii: ".")) else { return .integer(sign * value) }
        let fraction = take(while: isDigit)
        guard whole.count <= 12, (1...3).contains(fraction.count) else { throw flaw(.malformedNumber) }
        let digits = fraction.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
        let thousandths = digits * [100, 10, 1][fraction.count - 1]
        return .decimal(StructuredDecimal(thousandths: sign * (value * 1000 + thousandths)))
    }

    private mutating func string() throws(StructuredFlaw) -> String {
        _ = takeNext()
        var text: [UInt8] = []
        while let byte = takeNext() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = takeNext(), isEscapedInString(escaped) else { throw flaw(.malformedString) }
                text.append(escaped)
            case 0x20...0x7E: text.append(byte)
            default: throw flaw(.malformedString)
            }
        }
        throw flaw(.malformedString)
    }

    /// Padding may be missing (RFC 9651, section 4.2.7).
    private mutating func bytes() throws(StructuredFlaw) -> [UInt8] {
        _ = takeNext()
        let text = take { $0 != UInt8(ascii: ":") }
        guard take(UInt8(ascii: ":")),
            let bytes = decodeBase64(text, isPadded: text.last == UInt8(ascii: "="))
        else { throw flaw(.malformedBytes) }
        return bytes
    }

    private mutating func boolean() throws(StructuredFlaw) -> Bool {
        _ = takeNext()
        if take(UInt8(ascii: "1")) { return true }
        if take(UInt8(ascii: "0")) { return false }
        throw flaw(.malformedBoolean)
    }

    private mutating func date() throws(StructuredFlaw) -> Int64 {
        _ = takeNext()
        guard case .integer(let seconds) = try number() else { throw flaw(.malformedDate) }
        return seconds
    }

    private mutating func displayString() throws(StructuredFlaw) -> String {
        _ = takeNext()
        guard take(UInt8(ascii: "\"")) else { throw flaw(.malformedDisplayString) }
        var text: [UInt8] = []
        while let byte = takeNext() {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: text, as: UTF8.self) else { throw flaw(.malformedDisplayString) }
                return text
            case UInt8(ascii: "%"):
                guard let high = takeNext().flatMap(smallDigit), let low = takeNext().flatMap(smallDigit) else {
                    throw flaw(.malformedDisplayString)
                }
                text.append(high << 4 | low)
            case 0x20...0x7E: text.append(byte)
            default: throw flaw(.malformedDisplayString)
            }
        }
        throw flaw(.malformedDisplayString)
    }
}

func isEscapedInString(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
}

/// Whether a structured field may have such a token (RFC 9651, section 3.3.4).
func isStructuredToken(_ bytes: some Collection<UInt8>) -> Bool {
    guard let first = bytes.first, isTokenStart(first) else { return false }
    return bytes.allSatisfy(isStructuredTokenByte)
}

private func isTokenStart(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) && !isDigit(byte) || byte == UInt8(ascii: "*")
}

private func isStructuredTokenByte(_ byte: UInt8) -> Bool {
    isTokenByte(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "/")
}

/// A hexadecimal digit, of small letters only.
private func smallDigit(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x61...0x66: character - 0x61 + 10
    default: nil
    }
}
