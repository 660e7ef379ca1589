internal import Encodings

/// A request as signature version 4 has it signed: what is said in one order and one way of writing, whoever says it.
package struct CanonicalRequest: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    package let method: String
    /// Escaped, from the slash on.
    package let path: String
    /// Escaped, by name.
    package let query: [Item]
    /// Names in small letters, in their order; values without blanks around them.
    package let headers: [Item]
    /// The SHA-256 of the content in hexadecimal, or what S3 takes in its place.
    package let payload: String

    /// - Parameters:
    ///   - path: escaped.
    ///   - query: names and values as they are: they are escaped here.
    ///   - headers: all that are to be signed, Host among them.
    package init(method: String, path: String, query: [Item], headers: [Item], payload: String) {
        (self.method, self.path, self.payload) = (method, path, payload)
        self.query = query.map { Item(percentEncoded(Array($0.name.utf8)), percentEncoded(Array($0.value.utf8))) }
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        self.headers = headers.map { Item($0.name.lowercased(), Self.collapsed($0.value)) }.sorted { $0.name < $1.name }
    }

    /// Blanks in a row count one, those around none.
    private static func collapsed(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }

    /// `host;x-amz-date`.
    package var signedHeaders: String { headers.map(\.name).joined(separator: ";") }

    /// As it stands in a URL.
    package var queryText: String { query.map { "\($0.name)=\($0.value)" }.joined(separator: "&") }

    package var text: String {
        let lines = headers.map { "\($0.name):\($0.value)\n" }.joined()
        return "\(method)\n\(path)\n\(queryText)\n\(lines)\n\(signedHeaders)\n\(payload)"
    }

    /// In the place of a digest, for content that isn't bound by the signature.
    package static let unsignedPayload = "UNSIGNED-PAYLOAD"
    /// Of no content.
    package static let emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
}
