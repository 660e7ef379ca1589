import HTTP

/// What comes of a value that is read as one of the three kinds, and written anew.
enum StructuredTrace: Equatable {
    case refused(StructuredFlaw)
    /// - Parameter written: nil where there is nothing to write.
    case read(JSONValue, written: FieldValue?)

    init(_ value: FieldValue, as kind: StructuredVector.Kind) throws(StructuredFlaw) {
        do throws(StructuredFlaw) {
            switch kind {
            case .item:
                let item = try StructuredItem(value)
                self = .read(item.json, written: try item.encoded())
            case .list:
                let list = try StructuredList(value)
                let json = JSONValue.list(list.members.map(\.json))
                self = .read(json, written: list.members.isEmpty ? nil : try list.encoded())
            case .dictionary:
                let dictionary = try StructuredDictionary(value)
                let json = JSONValue.list(dictionary.entries.map { .list([.text($0.key), $0.value.json]) })
                self = .read(json, written: dictionary.entries.isEmpty ? nil : try dictionary.encoded())
            }
        } catch {
            self = .refused(error)
        }
    }
}

extension StructuredMember {
    var json: JSONValue {
        switch self {
        case .item(let item): item.json
        case .innerList(let list): .list([.list(list.items.map(\.json)), list.parameters.json])
        }
    }
}

extension StructuredItem {
    var json: JSONValue { .list([value.json, parameters.json]) }
}

extension StructuredParameters {
    var json: JSONValue { .list(entries.map { .list([.text($0.key), $0.value.json]) }) }
}

extension BareItem {
    var json: JSONValue {
        switch self {
        case .integer(let value): .number(Double(value))
        case .decimal(let value): .number(Double(value.thousandths) / 1000)
        case .string(let value): .text(value)
        case .token(let value): .typed("token", .text(value))
        case .bytes(let value): .typed("binary", .text(base32(value)))
        case .boolean(let value): .boolean(value)
        case .date(let value): .typed("date", .number(Double(value)))
        case .displayString(let value): .typed("displaystring", .text(value))
        }
    }
}

/// Base32 of RFC 4648, section 6, in which the suite writes bytes.
private func base32(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    let bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
    let characters = stride(from: 0, to: bits.count, by: 5).map { start in
        alphabet[(start..<start + 5).reduce(0) { $0 << 1 | ($1 < bits.count ? Int(bits[$1]) : 0) }]
    }
    return String(characters) + String(repeating: "=", count: (8 - characters.count % 8) % 8)
}
