import Domain
import Testing
import Wire

/// Messages that this side makes: what they refuse to hold, and what they never print.
@Suite("Messages")
struct MessageTests {
    static let digest = ContentDigest([UInt8](repeating: 1, count: 32))
    static let time = try? ModificationTime(seconds: 1, nanoseconds: 2)

    @Test("Hello is not made with values that its fields forbid")
    func hello() {
        #expect(throws: WireError.outOfRange(.oldestVersion)) { try Hello(oldestVersion: 0, software: "x") }
        #expect(throws: WireError.outOfRange(.newestVersion)) {
            try Hello(oldestVersion: 2, newestVersion: 1, software: "x")
        }
        #expect(throws: WireError.outOfRange(.software)) { try Hello(software: "") }
        #expect(throws: WireError.malformedText(.software)) { try Hello(software: "ä") }
    }

    @Test("Versions agree on the newest that both speak")
    func commonVersion() throws {
        let hello = try Hello(oldestVersion: 2, newestVersion: 5, software: "x")
        #expect(hello.commonVersion(supported: 1...1) == nil)
        #expect(hello.commonVersion(supported: 1...2) == 2)
        #expect(hello.commonVersion(supported: 3...4) == 4)
        #expect(hello.commonVersion(supported: 5...9) == 5)
        #expect(hello.commonVersion(supported: 6...9) == nil)
    }

    @Test("Offer and query are not made with a size or path that can't travel")
    func offer() throws {
        let time = try #require(Self.time)
        let digest = try #require(Self.digest)
        let id = UploadID(high: 0, low: 1)
        for path in [[], [UInt8](repeating: 0x61, count: 4097)] {
            #expect(throws: WireError.outOfRange(.path)) {
                try Offer(uploadID: id, size: 0, modified: time, path: path, isFresh: true)
            }
            #expect(throws: WireError.outOfRange(.path)) { try Query(size: 0, digest: digest, path: path) }
        }
        #expect(throws: WireError.outOfRange(.size)) {
            try Offer(uploadID: id, size: 1 << 63, modified: time, path: [0x61], isFresh: true)
        }
        #expect(throws: WireError.outOfRange(.modificationNanoseconds)) {
            try ModificationTime(seconds: 0, nanoseconds: 1_000_000_000)
        }
    }

    @Test("Modification times order by seconds, then by nanoseconds")
    func times() throws {
        let early = try ModificationTime(seconds: -1, nanoseconds: 999_999_999)
        let late = try ModificationTime(seconds: 0, nanoseconds: 0)
        #expect(early < late)
        #expect(try late < ModificationTime(seconds: 0, nanoseconds: 1))
    }

    @Test("A refusal's text is cut at a character's end, so that it always travels")
    func refusalText() throws {
        let texts = ["", String(repeating: "x", count: 512), String(repeating: "x", count: 513)]
        #expect(texts.map { Refusal(status: .busy, text: $0).text.utf8.count } == [0, 512, 512])
        let umlauts = Refusal(status: .busy, text: "x" + String(repeating: "ä", count: 400)).text
        #expect(umlauts.utf8.count == 511)
        #expect(umlauts.hasSuffix("ä"))
    }

    @Test("Secrets are not printed, however it is done")
    func secrets() throws {
        let secret = Credential([UInt8]("hunter2".utf8))
        let login = ClientMessage.authenticate(try Authenticate(user: "u", password: secret, oneTimeCode: secret))
        let token = ClientMessage.reauthenticate(try Reauthenticate(token: secret))
        let granted = ServerMessage.granted(try Granted(token: secret))
        var dumped = ""
        dump(login, to: &dumped)
        dump(token, to: &dumped)
        dump(granted, to: &dumped)
        let described = "\(login)\(token)\(granted)"
        let reflected = String(reflecting: [login, token]) + String(reflecting: granted)
        for text in [described, reflected, dumped] {
            #expect(text.contains("secret"))
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"), "the first byte of the secret as a number")
        }
    }

    @Test("A payload whose length isn't the header's is refused")
    func lengthMismatch() {
        let header = FrameHeader(type: .ping, length: 8)
        let payload = [UInt8](repeating: 0, count: 7)
        #expect(throws: WireError.lengthMismatch(.ping)) { try ClientMessage(header: header, payload: payload.span) }
        let pong = FrameHeader(type: .pong, length: 8)
        #expect(throws: WireError.lengthMismatch(.pong)) { try ServerMessage(header: pong, payload: payload.span) }
    }

    @Test("A frame is appended, and what stands before it stays")
    func appending() throws {
        var bytes: [UInt8] = [1, 2, 3]
        ClientMessage.ping(Ping(opaque: 5)).encode(into: &bytes)
        ClientMessage.goodbye.encode(into: &bytes)
        #expect(bytes.count == 3 + 12 + 8 + 12)
        #expect(bytes.prefix(3) == [1, 2, 3])
        #expect(try Frame(decoding: [UInt8](bytes[3..<23]), fromClient: true) == .client(.ping(Ping(opaque: 5))))
        #expect(try Frame(decoding: [UInt8](bytes[23...]), fromClient: true) == .client(.goodbye))
    }
}
