package import Domain

/// Folders within the user's own, below which all that the user sends goes.
///
/// A path as clients send them, which can stand in a line of the password file.
package struct PathPrefix: Hashable, Sendable {
    package let path: RemotePath

    /// Bytes; so a line has room for all else.
    package static let longest = 512

    /// Why text can't be a prefix.
    package enum Flaw: Error, Hashable, Sendable {
        case path(RemotePath.Flaw)
        case tooLong
        case character
        case space
    }

    package init(_ bytes: some Sequence<UInt8>) throws(Flaw) {
        let bytes = Array(bytes)
        guard bytes.count <= Self.longest else { throw .tooLong }
        guard bytes.allSatisfy(Self.isAllowed) else { throw .character }
        do throws(RemotePath.Flaw) {
            path = try RemotePath(bytes)
        } catch {
            throw .path(error)
        }
        let space = UInt8(ascii: " ")
        if path.components.contains(where: { $0.first == space || $0.last == space }) { throw .space }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: ":")
    }
}

extension PathPrefix.Flaw: CustomStringConvertible {
    /// In words of their own.
    package var description: String {
        switch self {
        case .path(let flaw): flaw.description
        case .tooLong: "the path is longer than \(PathPrefix.longest) bytes"
        case .character: "the path has a colon or a control character"
        case .space: "a folder's name begins or ends with a space"
        }
    }
}
