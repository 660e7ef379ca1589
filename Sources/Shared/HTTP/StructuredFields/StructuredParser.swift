/// Reads structured fields as RFC 9651 says (section 4.2): whatever differs fails the whole value.
///
/// Nothing in it calls itself, and each step takes a byte or fails, so that a value costs no more than its length.
struct StructuredParser {
    private let input: [UInt8]
    private(set) var offset = 0

    /// What a reader has to be able to take (RFC 9651, sections 3.1, 3.1.2 and 3.2), and all that this one takes.
    static let mostMembers = 1024

    init(_ input: [UInt8]) {
        self.input = input
    }

    /// Takes all of the value.
    static func parse<R>(
        _ value: FieldValue, _ body: (inout StructuredParser) throws(StructuredFlaw) -> R
    ) throws(StructuredFlaw) -> R {
        var parser = StructuredParser(value.bytes)
        parser.skip { $0 == space }
        let result = try body(&parser)
        parser.skip { $0 == space }
        guard parser.next == nil else { throw parser.flaw(.moreThanOne) }
        return result
    }

    var next: UInt8? { offset < input.count ? input[offset] : nil }

    func flaw(_ kind: StructuredFlaw.Kind) -> StructuredFlaw { StructuredFlaw(kind: kind, offset: offset) }

    mutating func takeNext() -> UInt8? {
        guard let byte = next else { return nil }
        offset += 1
        return byte
    }

    /// - Returns: whether the byte came next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    mutating func take(while belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = input[offset...].prefix(while: belongs)
        offset = taken.endIndex
        return taken
    }

    mutating func skip(while belongs: (UInt8) -> Bool) {
        _ = take(while: belongs)
    }
}

// MARK: - Lists and dictionaries

extension StructuredParser {
    mutating func list() throws(StructuredFlaw) -> [StructuredMember] {
        var members: [StructuredMember] = []
        try forEachMember { parser throws(StructuredFlaw) in members.append(try parser.member()) }
        return members
    }

    mutating func dictionary() throws(StructuredFlaw) -> StructuredDictionary {
        var dictionary = StructuredDictionary()
        try forEachMember { parser throws(StructuredFlaw) in
            let key = try parser.key()
            let hasValue = parser.take(UInt8(ascii: "="))
            dictionary.set(
                key,
                hasValue
                    ? try parser.member()
                    : .item(StructuredItem(.boolean(true), parameters: try parser.parameters())))
        }
        return dictionary
    }

    /// What is parted by commas.
    private mutating func forEachMember(
        _ body: (inout StructuredParser) throws(StructuredFlaw) -> Void
    ) throws(StructuredFlaw) {
        var count = 0
        while next != nil {
            guard count < Self.mostMembers else { throw flaw(.tooMany) }
            try body(&self)
            count += 1
            skip(while: isBlank)
            if next == nil { return }
            guard take(UInt8(ascii: ",")) else { throw flaw(.commaExpected) }
            skip(while: isBlank)
            guard next != nil else { throw flaw(.nothingBehindComma) }
        }
    }

    private mutating func member() throws(StructuredFlaw) -> StructuredMember {
        next == UInt8(ascii: "(") ? .innerList(try innerList()) : .item(try item())
    }

    private mutating func innerList() throws(StructuredFlaw) -> InnerList {
        _ = takeNext()
        var items: [StructuredItem] = []
        while true {
            skip { $0 == space }
            if take(UInt8(ascii: ")")) { return InnerList(items, parameters: try parameters()) }
            guard next != nil else { throw flaw(.innerListNotClosed) }
            guard items.count < Self.mostMembers else { throw flaw(.tooMany) }
            items.append(try item())
            guard next == space || next == UInt8(ascii: ")") else { throw flaw(.innerListNotClosed) }
        }
    }
}

// MARK: - Items

extension StructuredParser {
    mutating func item() throws(StructuredFlaw) -> StructuredItem {
        StructuredItem(try bareItem(), parameters: try parameters())
    }

    private mutating func parameters() throws(StructuredFlaw) -> StructuredParameters {
        var parameters = StructuredParameters()
        while take(UInt8(ascii: ";")) {
            guard parameters.entries.count < Self.mostMembers else { throw flaw(.tooMany) }
            skip { $0 == space }
            let key = try key()
            parameters.set(key, take(UInt8(ascii: "=")) ? try bareItem() : .boolean(true))
        }
        return parameters
    }

    private mutating func key() throws(StructuredFlaw) -> String {
        let key = take(while: isKeyByte)
        guard isKey(key) else {
            offset = key.startIndex
            throw flaw(.keyExpected)
        }
        return String(decoding: key, as: UTF8.self)
    }
}

private let space = UInt8(ascii: " ")

/// Whether a dictionary, or parameters, may have such a key (RFC 9651, section 3.1.2).
func isKey(_ bytes: some Collection<UInt8>) -> Bool {
    guard let first = bytes.first, isSmallLetter(first) || first == UInt8(ascii: "*") else { return false }
    return bytes.allSatisfy(isKeyByte)
}

private func isKeyByte(_ byte: UInt8) -> Bool {
    isSmallLetter(byte) || isDigit(byte) || "_-.*".utf8.contains(byte)
}

private func isSmallLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte)
}
