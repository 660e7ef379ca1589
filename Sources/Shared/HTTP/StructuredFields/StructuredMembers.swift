/// Values by key, in the order in which their keys came first: parameters, and dictionaries (RFC 9651, sections 3.1.2 and 3.2).
package struct KeyedMembers<Value: Hashable & Sendable>: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let key: String
        package fileprivate(set) var value: Value
    }

    package private(set) var entries: [Entry] = []
    private var places: [String: Int] = [:]

    package init() {}

    package subscript(key: String) -> Value? { places[key].map { entries[$0].value } }

    /// A key that is there already keeps its place.
    package mutating func set(_ key: String, _ value: Value) {
        if let place = places[key] {
            entries[place].value = value
        } else {
            places[key] = entries.count
            entries.append(Entry(key: key, value: value))
        }
    }
}

package typealias StructuredParameters = KeyedMembers<BareItem>
package typealias StructuredDictionary = KeyedMembers<StructuredMember>

package struct StructuredItem: Hashable, Sendable {
    package var value: BareItem
    package var parameters: StructuredParameters

    package init(_ value: BareItem, parameters: StructuredParameters = StructuredParameters()) {
        (self.value, self.parameters) = (value, parameters)
    }
}

/// A list in parentheses, which has parameters of its own.
package struct InnerList: Hashable, Sendable {
    package var items: [StructuredItem]
    package var parameters: StructuredParameters

    package init(_ items: [StructuredItem], parameters: StructuredParameters = StructuredParameters()) {
        (self.items, self.parameters) = (items, parameters)
    }
}

/// What a list or a dictionary holds.
package enum StructuredMember: Hashable, Sendable {
    case item(StructuredItem)
    case innerList(InnerList)

    /// Without parameters, as most are.
    package init(_ value: BareItem) {
        self = .item(StructuredItem(value))
    }

    /// The value, unless it is a list.
    package var value: BareItem? { if case .item(let item) = self { item.value } else { nil } }
}
