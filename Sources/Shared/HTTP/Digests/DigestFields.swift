/// Digests that somebody states of what is sent: Content-Digest of a message's content, Repr-Digest of the whole representation
/// (RFC 9530, sections 2 and 3).
package struct StatedDigests: Hashable, Sendable {
    /// By the algorithm's name, such as "sha-256".
    private let dictionary: StructuredDictionary

    package enum Flaw: Error, Hashable, Sendable {
        case malformed(StructuredFlaw)
        /// What is stated for an algorithm isn't bytes.
        case notBytes(String)
    }

    /// - Parameter name: of the field; where it isn't there, nothing is stated.
    package init(_ name: FieldName, in fields: Fields) throws(Flaw) {
        do throws(StructuredFlaw) {
            dictionary = try fields.dictionary(name)
        } catch {
            throw .malformed(error)
        }
        if let other = dictionary.entries.first(where: { $0.value.value?.bytes == nil }) { throw .notBytes(other.key) }
    }

    package subscript(algorithm: String) -> [UInt8]? { dictionary[algorithm]?.value?.bytes }

    package var algorithms: [String] { dictionary.entries.map(\.key) }

    /// The value of a field that states one digest.
    package static func value(_ algorithm: StaticString, _ digest: [UInt8]) -> FieldValue {
        var dictionary = StructuredDictionary()
        dictionary.set("\(algorithm)", StructuredMember(.bytes(digest)))
        return (try? dictionary.encoded()) ?? ""
    }
}

extension StatedDigests.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let flaw): flaw.description
        case .notBytes(let algorithm): "“\(algorithm)” isn't :BASE64:"
        }
    }
}

/// Digests that somebody wants to be told: Want-Content-Digest and Want-Repr-Digest (RFC 9530, section 4).
package struct WantedDigests: Hashable, Sendable {
    private let dictionary: StructuredDictionary

    /// A field that can't be read wants nothing, as it is no more than a wish.
    package init(_ name: FieldName, in fields: Fields) {
        dictionary = (try? fields.dictionary(name)) ?? StructuredDictionary()
    }

    /// From 0 (not acceptable) to 10 (most preferred); nil where it isn't named.
    package subscript(algorithm: String) -> Int? {
        guard let value = dictionary[algorithm]?.value?.integer, (0...10).contains(value) else { return nil }
        return Int(value)
    }
}
