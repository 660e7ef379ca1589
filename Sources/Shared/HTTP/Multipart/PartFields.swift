/// The lines of a part's head, by name.
///
/// Lines that begin with a blank go on with the one before, as MIME allows and Python's `email` package does.
struct PartFields: Sendable {
    private var fields: [(name: String, value: [UInt8])] = []

    /// - Parameter bytes: up to the blank line, and with it.
    init(_ bytes: [UInt8], delimiter: MultipartDelimiter, maximumFields: Int) throws(PartHead.Flaw) {
        let lines = bytes.split(separator: lineFeed, omittingEmptySubsequences: false).dropLast(2)
        for line in lines {
            guard line.last == carriageReturn else { throw .malformedField }
            let text = line.dropLast()
            guard !text.contains(carriageReturn), !text.contains(0) else { throw .malformedField }
            guard !text.starts(with: delimiter.bytes.dropFirst(2)) else { throw .delimiterInside }
            try add(text, maximumFields: maximumFields)
        }
    }

    private mutating func add(_ line: ArraySlice<UInt8>, maximumFields: Int) throws(PartHead.Flaw) {
        if let first = line.first, isBlank(first), let last = fields.indices.last {
            fields[last].value += line
            return
        }
        let name = line.prefix { $0 != UInt8(ascii: ":") }
        guard name.endIndex < line.endIndex, !name.isEmpty, name.allSatisfy(isTokenByte) else {
            throw .malformedField
        }
        guard fields.count < maximumFields else { throw .tooManyFields(limit: maximumFields) }
        fields.append((lowercasedText(name), Array(line[(name.endIndex + 1)...])))
    }

    /// - Parameter name: in small letters.
    /// - Returns: nil where there is none.
    func value(of name: String) throws(PartHead.Flaw) -> [UInt8]? {
        let values = fields.filter { $0.name == name }
        guard values.count <= 1 else { throw .repeatedField(name) }
        return values.first.map { Array(trimmed($0.value[...])) }
    }

    /// Whether a field comes before all others.
    func isFirst(_ name: String) -> Bool {
        fields.first?.name == name
    }
}
