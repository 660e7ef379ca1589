import Age
import TestSupport
import Testing

@Suite("Sealing and opening")
struct SealingTests {
    private static let chunk = PayloadLayout.chunkCount

    @Test(
        "give back any size, in pieces of any size",
        arguments: [0, 1, 15, 16, 17, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 5])
    func roundTrip(_ count: Int) throws {
        let (identity, _) = try AgeIdentity.make()
        let content = AgeFile.content(count)
        let file = try AgeFile.encrypt(content, for: identity.recipient)
        let expected = try #require(Seal.fileCount(recipients: 1, plaintextCount: UInt64(count)))
        #expect(UInt64(file.count) == expected)
        for step in [1 << 20, 4096, 333] {
            let (plaintext, error) = AgeFile.decrypt(file, [identity], step: step)
            #expect(error == nil)
            #expect(plaintext == content)
        }
    }

    @Test("an empty file has the size that it has elsewhere")
    func knownSize() throws {
        #expect(try #require(Seal.fileCount(recipients: 1, plaintextCount: 0)) == 200)
        #expect(try #require(Seal.fileCount(recipients: 1, plaintextCount: 65_536)) == 168 + 16 + 65_552)
        #expect(try #require(Seal.fileCount(recipients: 1, plaintextCount: 65_537)) == 168 + 16 + 65_569)
        #expect(Seal.fileCount(recipients: 1, plaintextCount: .max) == nil)
        #expect(Seal.fileCount(recipients: 1, plaintextCount: .max - 16) == nil)
    }

    @Test("each of several recipients can read it, and nobody else")
    func recipients() throws {
        let identities = try (0..<21).map { _ in try AgeIdentity.make().identity }
        let seal = try Seal.make(for: identities.map(\.recipient))
        let file = try AgeFile.encrypt([1, 2, 3], seal)
        for identity in identities { #expect(AgeFile.decrypt(file, [identity]).plaintext == [1, 2, 3]) }
        let (stranger, _) = try AgeIdentity.make()
        let (plaintext, error) = AgeFile.decrypt(file, [stranger])
        #expect(plaintext.isEmpty)
        #expect(error == .noMatch([String](repeating: "X25519", count: 21)))
        #expect(AgeFile.decrypt(file, [stranger, identities[20]]).error == nil)
    }

    @Test("a kept seal makes the same file again, and two of them never do")
    func stored() throws {
        let recipients = try (0..<2).map { _ in try AgeIdentity.make().identity.recipient }
        let seal = try Seal.make(for: recipients)
        let kept = try #require(Seal.stored(seal.stored))
        let content = AgeFile.content(70_000)
        #expect(kept.recipients == recipients)
        #expect(try AgeFile.encrypt(content, kept) == AgeFile.encrypt(content, seal))
        #expect(try AgeFile.encrypt(content, Seal.make(for: recipients)) != AgeFile.encrypt(content, seal))
        for count in 0..<seal.stored.count { #expect(Seal.stored(Array(seal.stored.prefix(count))) == nil) }
        #expect(Seal.stored(seal.stored + [0]) == nil)
    }

    @Test("no beginning of a file passes for all of it, and nothing wrong is given out")
    func truncated() throws {
        let (identity, _) = try AgeIdentity.make()
        let content = AgeFile.content(Self.chunk + 20)
        let file = try AgeFile.encrypt(content, for: identity.recipient)
        let interesting =
            Array(0..<220) + Array((file.count - 80)..<file.count) + [
                Self.chunk + 199, Self.chunk + 200, Self.chunk + 201,
            ]
        for count in interesting {
            let (plaintext, error) = AgeFile.decrypt(Array(file.prefix(count)), [identity])
            #expect(error != nil, "\(count) bytes")
            #expect(content.starts(with: plaintext))
        }
        #expect(AgeFile.decrypt(file + [0], [identity]).error != nil)
    }

    @Test("no flipped bit passes, wherever it is")
    func flipped() throws {
        let (identity, _) = try AgeIdentity.make()
        let content = AgeFile.content(300)
        let file = try AgeFile.encrypt(content, for: identity.recipient)
        for index in file.indices {
            for bit in 0..<8 {
                var changed = file
                changed[index] ^= 1 << bit
                let (plaintext, error) = AgeFile.decrypt(changed, [identity])
                #expect(error != nil && plaintext.isEmpty, "bit \(bit) of byte \(index)")
            }
        }
    }

    @Test("chunks that change places, are repeated or left out don't pass")
    func reordered() throws {
        let (identity, _) = try AgeIdentity.make()
        let content = AgeFile.content(4 * Self.chunk)
        let file = try AgeFile.encrypt(content, for: identity.recipient)
        let start = file.count - 4 * PayloadLayout.sealedChunkCount
        let chunks = (0..<4).map {
            Array(file[(start + $0 * PayloadLayout.sealedChunkCount)...].prefix(PayloadLayout.sealedChunkCount))
        }
        let orders = [
            [1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 3, 2], [0, 1, 2], [0, 1, 3], [3], [0, 0, 1, 2, 3], [0, 1, 2, 3, 3], [],
        ]
        for order in orders {
            let changed = Array(file[..<start]) + order.flatMap { chunks[$0] }
            let (plaintext, error) = AgeFile.decrypt(changed, [identity])
            #expect(error != nil, "\(order)")
            #expect(content.starts(with: plaintext))
        }
    }

    @Test("chunks of two files don't mix, although both are whole")
    func mixed() throws {
        let (identity, _) = try AgeIdentity.make()
        let files = try (0..<2).map {
            try AgeFile.encrypt(AgeFile.content(2 * Self.chunk, seed: $0), for: identity.recipient)
        }
        let half = files[0].count - PayloadLayout.sealedChunkCount
        #expect(AgeFile.decrypt(Array(files[0][..<half] + files[1][half...]), [identity]).error != nil)
    }
}
