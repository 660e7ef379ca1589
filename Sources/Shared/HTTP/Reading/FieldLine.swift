extension Fields.Line {
    /// `NAME: VALUE` (RFC 9112, section 5). A line that continues the one before (section 5.2) is refused, as is a blank before the
    /// colon: others would take either for something else.
    ///
    /// - Parameter line: of field bytes only.
    init(_ line: [UInt8], _ place: RequestError.Place) throws(RequestError) {
        if line.first.map(isBlank) == true { throw .foldedLine(place) }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .colonMissing(place) }
        if let last = line[..<colon].last, isBlank(last) { throw .blankBeforeColon(place) }
        guard let name = FieldName(line[..<colon]), let value = FieldValue(trimmed(line[(colon + 1)...])) else {
            throw .malformedName(place)
        }
        self.init(name: name, value: value)
    }
}
