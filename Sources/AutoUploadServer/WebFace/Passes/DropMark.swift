import Catalogue
import Domain
import Storage

/// What stands before an upload resource's note where the upload came by a link: nobody goes on with it but by that link.
struct DropMark: Hashable {
    let link: LinkID
    /// Which of the names of its path were given an ending (`DropPlace`).
    let renamed: [Int]

    private static let magic = Array("link ".utf8)
    /// Bytes, about.
    static let longest = 512

    init(link: LinkID, renamed: [Int]) {
        (self.link, self.renamed) = (link, renamed)
    }

    /// A line: the link, and the numbers of the names.
    var bytes: [UInt8] {
        Self.magic + Array("\(link.text) \(renamed.map(String.init).joined(separator: ","))\n".utf8)
    }

    /// - Parameter line: without its end. Fails for what isn't one.
    fileprivate init?(_ line: ArraySlice<UInt8>) {
        guard line.starts(with: Self.magic) else { return nil }
        let words = line.dropFirst(Self.magic.count).split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false
        ).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 2, let link = LinkID.ofRandomBits(words[0]) else { return nil }
        self.init(link: link, renamed: words[1].split(separator: ",").compactMap { Int($0) })
    }
}

extension ResourceTraits {
    /// Nil where it came by no link.
    var dropMark: DropMark? { DropMark(note.prefix { $0 != lineFeed }) }

    /// What the way by which it came has noted.
    var ownNote: [UInt8] { dropMark == nil ? note : Array(note.drop { $0 != lineFeed }.dropFirst()) }
}

private let lineFeed = UInt8(ascii: "\n")
