import Domain
import Testing
import Wire

@Suite("Limits")
struct LimitTests {
    @Test("No payload but data passes the limit that holds in every version", arguments: FrameType.allCases)
    func controlPayloads(_ type: FrameType) {
        if type == .data {
            #expect(type.rules.lengths == 1...1_048_576)
        } else {
            #expect(type.rules.lengths.upperBound <= ProtocolLimits.maximumControlPayload)
        }
        #expect(type.isFromClient == (type.rawValue < 0x80))
    }

    /// The shortest and the longest valid vector of a type have just the lengths of the table, and one byte
    /// beyond is refused by the header already. So the table allows no less than the fields, and no more.
    @Test("The table of lengths is what the fields add up to", arguments: FrameType.allCases)
    func lengths(_ type: FrameType) throws {
        let rules = type.rules
        let upload: UInt32 = rules.namesUpload ? 1 : 0
        for length in [rules.lengths.lowerBound, rules.lengths.upperBound] {
            #expect(throws: Never.self) { try Self.decode(type, upload, length) }
        }
        #expect(throws: WireError.lengthOutOfRange(type, rules.lengths.upperBound + 1)) {
            try Self.decode(type, upload, rules.lengths.upperBound + 1)
        }
        guard rules.lengths.lowerBound > 0 else { return }
        #expect(throws: WireError.lengthOutOfRange(type, rules.lengths.lowerBound - 1)) {
            try Self.decode(type, upload, rules.lengths.lowerBound - 1)
        }
    }

    @Test("The longest messages that can be made are the longest that the table allows")
    func longest() throws {
        let secret = Credential([UInt8](repeating: 1, count: 512))
        let password = Credential([UInt8](repeating: 1, count: 1024))
        let code = Credential([UInt8](repeating: 0x31, count: 16))
        let name = String(repeating: "x", count: 64)
        let path = [UInt8](repeating: 0x61, count: 4096)
        let digest = try #require(ContentDigest([UInt8](repeating: 1, count: 32)))
        let time = try ModificationTime(seconds: 0, nanoseconds: 0)
        let messages: [ClientMessage] = [
            .hello(try Hello(software: name)),
            .authenticate(try Authenticate(user: name, password: password, oneTimeCode: code)),
            .reauthenticate(try Reauthenticate(token: secret)),
            .offer(
                upload: 1,
                try Offer(uploadID: UploadID(high: 0, low: 0), size: 1, modified: time, path: path, isFresh: false)),
            .query(upload: 1, try Query(size: 1, digest: digest, path: path)),
        ]
        for message in messages { try Self.expectLongest { message.encode(into: &$0) } }
    }

    @Test("The longest answers that can be made are the longest that the table allows")
    func longestAnswers() throws {
        let secret = Credential([UInt8](repeating: 1, count: 512))
        let name = String(repeating: "x", count: 64)
        let key = [UInt8](repeating: 1, count: 32)
        let refusal = Refusal(status: .busy, text: String(repeating: "x", count: 600))
        let confirmation = try Confirmation(
            size: 1, digest: try #require(ContentDigest(key)), fileTag: .unstated, path: Self.longestPath(),
            receipt: ReceiptStamp([UInt8](repeating: 1, count: ReceiptStamp.byteCounts.upperBound)))
        let messages: [ServerMessage] = [
            .welcome(try longestWelcome(software: name)),
            .granted(try Granted(token: secret)),
            .denied(refusal), .closing(refusal), .refused(upload: 1, refusal),
            .present(upload: 1, confirmation), .stored(upload: 1, confirmation, alreadyThere: true),
        ]
        for message in messages { try Self.expectLongest { message.encode(into: &$0) } }
    }

    private func longestWelcome(software: String) throws -> Welcome {
        let key = try #require(ReceiptKey([UInt8](repeating: 1, count: ReceiptKey.byteCount)))
        let signature = try #require(ReceiptSignature([UInt8](repeating: 1, count: ReceiptSignature.byteCount)))
        let predecessor = ReceiptPredecessor(key: key, signature: signature)
        return try Welcome(
            software: software, maxOpenUploads: 1, serverTime: 0, receiptKey: key,
            predecessors: Array(repeating: predecessor, count: ProtocolLimits.maximumPredecessors))
    }

    private static func expectLongest(_ encode: (inout [UInt8]) -> Void) throws {
        var bytes: [UInt8] = []
        encode(&bytes)
        let header = try FrameHeader(decoding: bytes.span.extracting(first: FrameHeader.encodedSize))
        #expect(header.length == header.type.rules.lengths.upperBound, "\(header.type)")
        #expect(bytes.count == FrameHeader.encodedSize + Int(header.length))
    }

    private static func longestPath() throws -> RemotePath {
        let component = [UInt8](repeating: 0x61, count: 255)
        let half = [UInt8](repeating: 0x61, count: 127)
        return try RemotePath(components: Array(repeating: component, count: 15) + [half, half + [0x61]])
    }

    private static func decode(_ type: FrameType, _ upload: UInt32, _ length: UInt32) throws {
        var bytes: [UInt8] = []
        FrameHeader(type: type, upload: upload, length: length).encode(into: &bytes)
        let header = try FrameHeader(decoding: bytes.span)
        #expect(header == FrameHeader(type: type, upload: upload, length: length))
    }
}
