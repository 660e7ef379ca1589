/// The parts of a representation that a client asks for: the field Range (RFC 9110, section 14.2).
package struct ByteRanges: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        /// Up to and with the last, if one is named.
        case from(UInt64, through: UInt64?)
        /// So many bytes at the end.
        case last(UInt64)
    }

    package enum Selection: Hashable, Sendable {
        /// The field says nothing that is to be heeded.
        case whole
        /// 416: not one part lies in what there is.
        case unsatisfiable
        /// In the order asked for, none of them empty.
        case parts([Range<UInt64>])
    }

    package let parts: [Part]

    /// Parts that one request may ask for: each costs an answer more than its own bytes.
    package static let most = 16

    /// - Returns: nil for what is to be ignored: another unit, what isn't well formed, too many parts.
    package init?(_ value: FieldValue) {
        let unit = value.bytes.prefix { $0 != UInt8(ascii: "=") }
        guard lowercasedText(unit) == "bytes", unit.endIndex < value.bytes.endIndex else { return nil }
        var parts: [Part] = []
        for text in value.bytes[(unit.endIndex + 1)...].split(separator: UInt8(ascii: ",")) {
            let text = trimmed(text)
            if text.isEmpty { continue }
            guard parts.count < Self.most, let part = Part(text) else { return nil }
            parts.append(part)
        }
        guard !parts.isEmpty else { return nil }
        self.parts = parts
    }

    /// What is to be sent of a representation of so many bytes.
    package func selection(of length: UInt64) -> Selection {
        let ranges = parts.compactMap { $0.range(of: length) }
        if ranges.isEmpty { return .unsatisfiable }
        // Whoever asks for more than all asks for some of it twice.
        var sum: UInt64 = 0
        for range in ranges {
            let (next, overflows) = sum.addingReportingOverflow(range.upperBound - range.lowerBound)
            if overflows || next > length { return .whole }
            sum = next
        }
        return .parts(ranges)
    }
}

extension ByteRanges.Part {
    init?(_ text: ArraySlice<UInt8>) {
        let first = text.prefix { $0 != UInt8(ascii: "-") }
        guard first.endIndex < text.endIndex else { return nil }
        let last = text[(first.endIndex + 1)...]
        guard first.allSatisfy(isDigit), last.allSatisfy(isDigit) else { return nil }
        if first.isEmpty {
            guard !last.isEmpty else { return nil }
            self = .last(number(last))
            return
        }
        self = .from(number(first), through: last.isEmpty ? nil : number(last))
        if case .from(let first, let last?) = self, last < first { return nil }
    }

    func range(of length: UInt64) -> Range<UInt64>? {
        switch self {
        case .from(let first, let last):
            guard first < length else { return nil }
            return first..<(min(last ?? .max, length - 1) + 1)
        case .last(let count):
            guard count > 0, length > 0 else { return nil }
            return (length - min(count, length))..<length
        }
    }
}

/// Digits; what is larger than any file counts as the largest number there is.
private func number(_ digits: ArraySlice<UInt8>) -> UInt64 {
    UInt64(String(decoding: digits, as: UTF8.self)) ?? .max
}

/// The field Content-Range of an answer (RFC 9110, section 14.4).
package enum ContentRange {
    /// - Parameter range: not empty.
    package static func value(_ range: Range<UInt64>, of length: UInt64) -> FieldValue {
        FieldValue(known: Array("bytes \(range.lowerBound)-\(max(range.upperBound, 1) - 1)/\(length)".utf8))
    }

    /// With 416.
    package static func unsatisfiable(of length: UInt64) -> FieldValue {
        FieldValue(known: Array("bytes */\(length)".utf8))
    }
}
