import Domain
import Platform
import Testing

@testable import Storage

/// The names that a taken name gives rise to.
@Suite struct StoredNameTests {
    private func candidates(_ name: [UInt8]) throws -> [[UInt8]] {
        let digest = try #require(ContentDigest(hex: String(repeating: "0123456789abcdef", count: 4)))
        return StoredName.candidates(for: try #require(FileName(name)), digest).map(\.bytes)
    }

    private func second(_ name: String) throws -> String {
        String(decoding: try candidates(Array(name.utf8))[1], as: UTF8.self)
    }

    @Test(
        "digits go between stem and extension",
        arguments: [
            ("clip.mp4", "clip.0123456789abcdef.mp4"), ("clip", "clip.0123456789abcdef"),
            (".profile", ".profile.0123456789abcdef"), ("archive.tar.gz", "archive.tar.0123456789abcdef.gz"),
            ("dot.", "dot.0123456789abcdef."), ("..x", "..0123456789abcdef.x"),
            ("a.b c d", "a.0123456789abcdef.b c d"),
        ])
    func places(_ name: String, _ expected: String) throws {
        #expect(try second(name) == expected)
    }

    @Test("an extension of more than 31 bytes isn't one")
    func longExtension() throws {
        let long = "a." + String(repeating: "x", count: 31)
        #expect(try second(long) == "a.0123456789abcdef." + String(repeating: "x", count: 31))
        let longer = "a." + String(repeating: "x", count: 32)
        #expect(try second(longer) == longer + ".0123456789abcdef")
    }

    @Test("all are different names of 1 to 255 bytes, the first the name itself, the last with all digits")
    func lengths() throws {
        for count in 1...255 {
            for end in [".mp4", "", "." + String(repeating: "e", count: 31), "." + String(repeating: "e", count: 60)] {
                let name = String(repeating: "n", count: count) + end
                guard name.utf8.count <= 255 else { continue }
                let all = try candidates(Array(name.utf8))
                #expect(all.count == 4)
                #expect(Set(all).count == 4)
                #expect(all[0] == Array(name.utf8))
                #expect(all.allSatisfy { (1...255).contains($0.count) })
                let whole = String(repeating: "0123456789abcdef", count: 4)
                #expect(String(decoding: all[3], as: UTF8.self).contains(whole))
            }
        }
    }

    @Test("a stem is cut at the end of a character", arguments: ["é", "€", "😀"])
    func utf8(_ character: String) throws {
        for padding in 0..<character.utf8.count {
            let stem = String(repeating: "p", count: padding) + String(repeating: character, count: 250)
            let name = Array(stem.utf8).prefixOfCharacters(251) + Array(".mp4".utf8)
            for candidate in try candidates(name) {
                #expect(String(validating: candidate, as: UTF8.self) != nil)
                #expect(candidate.count > 255 - 4 - character.utf8.count)
            }
        }
    }

    @Test("names that are no text at all are shortened too")
    func noText() throws {
        for byte in [UInt8(0x80), 0xbf, 0xff, 0xf0] {
            let all = try candidates([UInt8](repeating: byte, count: 255))
            #expect(all.count == 4)
            #expect(all.allSatisfy { (1...255).contains($0.count) })
        }
    }
}

extension [UInt8] {
    /// The longest beginning of at most so many bytes that doesn't split a character.
    fileprivate func prefixOfCharacters(_ limit: Int) -> [UInt8] {
        var end = Swift.min(limit, count)
        while end < count, end > 0, self[end] & 0xc0 == 0x80 { end -= 1 }
        return Array(self[..<end])
    }
}
