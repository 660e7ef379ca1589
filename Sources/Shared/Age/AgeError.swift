import Ciphers

/// Why a file in the age format can't be decrypted, or made.
package enum AgeError: Error, Hashable {
    /// It isn't in this format, or its beginning is damaged.
    case header(String)
    /// It is in the format's form as text.
    case armored
    /// It is encrypted with a passphrase.
    case passphrase
    /// It is encrypted to others: the kinds of their keys.
    case noMatch([String])
    /// Its beginning was changed by somebody who doesn't have the file key.
    case changedHeader
    /// Its content is damaged, cut off, or out of order.
    case payload(String)
    /// OpenSSL failed.
    case cipher(String)

    init(_ failure: CipherFailure) {
        self = .cipher(failure.description)
    }
}

extension AgeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .header(let reason): "it can't be read as an age file: \(reason)"
        case .armored:
            "it is in age's form as text (armored), which isn't read here; turn it into the binary form with another tool"
        case .passphrase: "it is encrypted with a passphrase, which isn't supported here; age itself decrypts it"
        case .noMatch(let kinds): "none of the identities opens it: it is encrypted to \(Self.list(kinds))"
        case .changedHeader: "its beginning was changed after it was encrypted"
        case .payload(let reason): "its content is damaged: \(reason)"
        case .cipher(let reason): reason
        }
    }

    private static func list(_ kinds: [String]) -> String {
        var counted: [(kind: String, count: Int)] = []
        for kind in kinds {
            if let index = counted.firstIndex(where: { $0.kind == kind }) {
                counted[index].count += 1
            } else {
                counted.append((kind, 1))
            }
        }
        return counted.prefix(10).map { "\($0.count) of kind \($0.kind)" }.joined(separator: ", ")
    }
}
