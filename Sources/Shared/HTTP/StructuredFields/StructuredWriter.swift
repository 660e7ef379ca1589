internal import Encodings

/// Writes structured fields (RFC 9651, section 4.1).
///
/// What can't be written, such as an integer of 16 digits or a string beyond ASCII, is a flaw: a peer would misread anything else.
struct StructuredWriter {
    private(set) var text: [UInt8] = []

    private func flaw(_ kind: StructuredFlaw.Kind) -> StructuredFlaw { StructuredFlaw(kind: kind, offset: text.count) }

    mutating func write(_ members: [StructuredMember]) throws(StructuredFlaw) {
        for (index, member) in members.enumerated() {
            if index > 0 { text += ", ".utf8 }
            try write(member)
        }
    }

    mutating func write(_ dictionary: StructuredDictionary) throws(StructuredFlaw) {
        for (index, entry) in dictionary.entries.enumerated() {
            if index > 0 { text += ", ".utf8 }
            try writeKey(entry.key)
            if case .item(let item) = entry.value, item.value == .boolean(true) {
                try write(item.parameters)
            } else {
                text += "=".utf8
                try write(entry.value)
            }
        }
    }

    private mutating func write(_ member: StructuredMember) throws(StructuredFlaw) {
        switch member {
        case .item(let item): try write(item)
        case .innerList(let list):
            text += "(".utf8
            for (index, item) in list.items.enumerated() {
                if index > 0 { text += " ".utf8 }
                try write(item)
            }
            text += ")".utf8
            try write(list.parameters)
        }
    }

    mutating func write(_ item: StructuredItem) throws(StructuredFlaw) {
        try write(item.value)
        try write(item.parameters)
    }

    private mutating func write(_ parameters: StructuredParameters) throws(StructuredFlaw) {
        for entry in parameters.entries {
            text += ";".utf8
            try writeKey(entry.key)
            if entry.value == .boolean(true) { continue }
            text += "=".utf8
            try write(entry.value)
        }
    }

    private mutating func writeKey(_ key: String) throws(StructuredFlaw) {
        guard isKey(key.utf8) else { throw flaw(.keyExpected) }
        text += key.utf8
    }
}

// MARK: - Values

extension StructuredWriter {
    private mutating func write(_ value: BareItem) throws(StructuredFlaw) {
        switch value {
        case .integer(let value): try write(value)
        case .decimal(let value): try write(value)
        case .string(let value): try writeString(value)
        case .token(let value):
            guard isStructuredToken(value.utf8) else { throw flaw(.malformedToken) }
            text += value.utf8
        case .bytes(let value): text += ":\(encodeBase64(value, isPadded: true)):".utf8
        case .boolean(let value): text += (value ? "?1" : "?0").utf8
        case .date(let value):
            text += "@".utf8
            try write(value)
        case .displayString(let value): writeDisplayString(value)
        }
    }

    private mutating func write(_ number: Int64) throws(StructuredFlaw) {
        guard StructuredNumber.range.contains(number) else { throw flaw(.malformedNumber) }
        text += String(number).utf8
    }

    private mutating func write(_ number: StructuredDecimal) throws(StructuredFlaw) {
        guard StructuredNumber.range.contains(number.thousandths) else { throw flaw(.malformedNumber) }
        let (whole, fraction) = number.thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
        var digits = Array(String(1000 + fraction).utf8.dropFirst())
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        text += (number.thousandths < 0 ? "-\(whole)." : "\(whole).").utf8
        text += digits
    }

    private mutating func writeString(_ value: String) throws(StructuredFlaw) {
        guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw flaw(.malformedString) }
        text += "\"".utf8
        for byte in value.utf8 {
            if isEscapedInString(byte) { text += "\\".utf8 }
            text.append(byte)
        }
        text += "\"".utf8
    }

    private mutating func writeDisplayString(_ value: String) {
        text += "%\"".utf8
        for byte in value.utf8 {
            if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "%"), byte != UInt8(ascii: "\"") {
                text.append(byte)
            } else {
                text += "%\(Encodings.hexadecimal([byte]))".utf8
            }
        }
        text += "\"".utf8
    }
}
