/// An element of XML with what it holds, as it was read: no attributes, and names without their namespaces' prefixes.
package struct XMLElement: Hashable, Sendable {
    package let name: String
    /// All of its own text, as one.
    package internal(set) var text = ""
    package internal(set) var children: [XMLElement] = []

    /// The first child of a name.
    package subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
}
