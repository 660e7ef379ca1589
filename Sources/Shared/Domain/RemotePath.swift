/// A path below the user's folder on the server. It holds no path that could name anything outside, nor the server's
/// own folders; what may exist there is still up to the server, which opens it beneath the folder's descriptor.
package struct RemotePath: Hashable, Sendable {
    /// Why bytes can't be a path.
    package enum Flaw: Error, Hashable, Sendable {
        case empty
        case tooLong
        case tooManyComponents
        case absolute
        case trailingSlash
        case doubleSlash
        case dotComponent
        case componentTooLong
        case containsNUL
        case reservedName
    }

    /// Bytes in a path.
    package static let lengths = 1...4096
    /// Bytes in one component of a path.
    package static let componentLengths = 1...255
    /// Components in a path.
    package static let maximumComponents = 64

    /// Names that begin like this (in any ASCII case) belong to the programs themselves.
    package static let reservedPrefix = [UInt8](".auto-upload".utf8)

    /// The path as it travels: components joined by slashes.
    package let bytes: [UInt8]

    /// - Throws: what is wrong with the bytes. Anything but NUL and slash is fine in a name; it need not be UTF-8.
    package init(_ bytes: [UInt8]) throws(Flaw) {
        guard let first = bytes.first, let last = bytes.last else { throw .empty }
        guard bytes.count <= Self.lengths.upperBound else { throw .tooLong }
        guard first != slash else { throw .absolute }
        guard last != slash else { throw .trailingSlash }
        let components = bytes.split(separator: slash, omittingEmptySubsequences: false)
        guard components.count <= Self.maximumComponents else { throw .tooManyComponents }
        for component in components {
            try Self.check(component)
        }
        self.bytes = bytes
    }

    /// - Throws: what is wrong with the components, or with their sum; an empty list is `.empty`.
    package init(components: [[UInt8]]) throws(Flaw) {
        guard !components.contains(where: { $0.contains(slash) }) else { throw .doubleSlash }
        var bytes: [UInt8] = []
        for (index, component) in components.enumerated() {
            if index > 0 { bytes.append(slash) }
            bytes += component
        }
        try self.init(bytes)
    }

    /// The names from the user's folder down to the file: at least one.
    package var components: [[UInt8]] {
        bytes.split(separator: slash).map { [UInt8]($0) }
    }

    /// The folders before the last slash, and the file's name after it.
    package var parts: (folders: ArraySlice<UInt8>, name: ArraySlice<UInt8>) {
        guard let last = bytes.lastIndex(of: slash) else { return ([], bytes[...]) }
        return (bytes[..<last], bytes[(last + 1)...])
    }

    private static func check(_ component: ArraySlice<UInt8>) throws(Flaw) {
        guard !component.isEmpty else { throw .doubleSlash }
        guard component.count <= componentLengths.upperBound else { throw .componentTooLong }
        guard !component.contains(0) else { throw .containsNUL }
        guard !component.elementsEqual([dot]), !component.elementsEqual([dot, dot]) else { throw .dotComponent }
        let beginning = component.prefix(reservedPrefix.count).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        guard beginning != reservedPrefix else { throw .reservedName }
    }
}

private let slash = UInt8(ascii: "/")
private let dot = UInt8(ascii: ".")

extension RemotePath: CustomStringConvertible {
    /// The path as text, with replacement characters where it isn't UTF-8. Not escaped: a log or terminal must do that.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension RemotePath.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "the path is empty"
        case .tooLong: "the path is longer than \(RemotePath.lengths.upperBound) bytes"
        case .tooManyComponents: "the path has more than \(RemotePath.maximumComponents) components"
        case .absolute: "the path begins with a slash"
        case .trailingSlash: "the path ends with a slash"
        case .doubleSlash: "the path has an empty component, or one with a slash in it"
        case .dotComponent: "the path has a component “.” or “..”"
        case .componentTooLong: "a component is longer than \(RemotePath.componentLengths.upperBound) bytes"
        case .containsNUL: "the path has a NUL byte"
        case .reservedName: "a component begins with “.auto-upload”"
        }
    }
}
