// Structured fields (RFC 9651): fields whose values are an item, a list or a dictionary, and read in one way only.

extension StructuredItem {
    package init(_ value: FieldValue) throws(StructuredFlaw) {
        self = try StructuredParser.parse(value) { parser throws(StructuredFlaw) in try parser.item() }
    }

    package func encoded() throws(StructuredFlaw) -> FieldValue {
        try encode { writer throws(StructuredFlaw) in try writer.write(self) }
    }
}

extension StructuredDictionary {
    package init(_ value: FieldValue) throws(StructuredFlaw) {
        self = try StructuredParser.parse(value) { parser throws(StructuredFlaw) in try parser.dictionary() }
    }

    /// An empty one is written as no field at all.
    package func encoded() throws(StructuredFlaw) -> FieldValue {
        try encode { writer throws(StructuredFlaw) in try writer.write(self) }
    }
}

package struct StructuredList: Hashable, Sendable {
    package var members: [StructuredMember]

    package init(_ members: [StructuredMember]) {
        self.members = members
    }

    package init(_ value: FieldValue) throws(StructuredFlaw) {
        members = try StructuredParser.parse(value) { parser throws(StructuredFlaw) in try parser.list() }
    }

    /// An empty one is written as no field at all.
    package func encoded() throws(StructuredFlaw) -> FieldValue {
        try encode { writer throws(StructuredFlaw) in try writer.write(members) }
    }
}

private func encode(
    _ body: (inout StructuredWriter) throws(StructuredFlaw) -> Void
) throws(StructuredFlaw) -> FieldValue {
    var writer = StructuredWriter()
    try body(&writer)
    // It is printable ASCII that neither begins nor ends with a blank.
    return FieldValue(known: writer.text)
}

// MARK: - In a head

extension Fields {
    /// The lines of the name as one item; nil where there is none.
    package func item(_ name: FieldName) throws(StructuredFlaw) -> StructuredItem? {
        guard let value = combined(name) else { return nil }
        return try StructuredItem(value)
    }

    /// The lines of the name as one dictionary; an empty one where there is none.
    package func dictionary(_ name: FieldName) throws(StructuredFlaw) -> StructuredDictionary {
        guard let value = combined(name) else { return StructuredDictionary() }
        return try StructuredDictionary(value)
    }
}
