import Age
import TestSupport
import Testing

/// Age files that are made and read in memory.
enum AgeFile {
    static func encrypt(_ plaintext: [UInt8], _ seal: Seal) throws -> [UInt8] {
        let layout = try #require(seal.layout(plaintextCount: UInt64(plaintext.count)))
        var sealer = try seal.sealer()
        var (file, index) = (seal.opening, UInt64(0))
        while true {
            let range = layout.plaintext(ofChunk: index)
            let chunk = Array(plaintext[Int(range.lowerBound)..<Int(range.upperBound)])
            var sealed = [UInt8](repeating: 0, count: chunk.count + 16)
            var room = sealed.mutableSpan
            try sealer.seal(chunk.span, chunk: index, isLast: layout.isLast(index), into: &room, at: 0)
            file += sealed
            if layout.isLast(index) { break }
            index += 1
        }
        #expect(UInt64(file.count) == layout.fileCount)
        return file
    }

    static func encrypt(_ plaintext: [UInt8], for recipients: AgeRecipient...) throws -> [UInt8] {
        try encrypt(plaintext, Seal.make(for: recipients))
    }

    /// Decrypts in pieces of `step` bytes.
    ///
    /// - Returns: what was given out, and how it ended.
    static func decrypt(
        _ file: [UInt8], _ identities: [AgeIdentity], step: Int = 65_536
    ) -> (plaintext: [UInt8], error: AgeError?) {
        var decryption = Decryption(identities)
        var plaintext: [UInt8] = []
        do throws(AgeError) {
            var rest = file[...]
            while !rest.isEmpty {
                try decryption.take(Array(rest.prefix(step)).span, into: &plaintext)
                rest = rest.dropFirst(step)
            }
            try decryption.finish(into: &plaintext)
            return (plaintext, nil)
        } catch {
            return (plaintext, error)
        }
    }

    static func content(_ count: Int, seed: UInt64 = 1) -> [UInt8] { .random(count, seed: seed) }
}
