internal import Encodings

/// A place of this server: a path, and a query. It names no other server and no script, whatever its parts say, as each is
/// percent-encoded by itself.
package struct OwnURL: Hashable, Sendable {
    /// Begins with one slash.
    package let text: String

    /// - Parameters:
    ///   - segments: the names between the slashes, as bytes; none: the root.
    ///   - query: names and values, in their order.
    package init(_ segments: [[UInt8]], query: [(name: String, value: String)] = []) {
        // Two slashes would begin the name of a server, and dots lead elsewhere: neither is a name of anything here.
        let names = segments.drop(while: \.isEmpty).filter { $0 != [dot] && $0 != [dot, dot] }
        let path = "/" + names.map(percentEncoded).joined(separator: "/")
        let pairs = query.map { percentEncoded(Array($0.name.utf8)) + "=" + percentEncoded(Array($0.value.utf8)) }
        text = pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }

    package init(_ segments: String..., query: [(name: String, value: String)] = []) {
        self.init(segments.map { Array($0.utf8) }, query: query)
    }
}

private let dot = UInt8(ascii: ".")
