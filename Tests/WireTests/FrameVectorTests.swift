import TestSupport
import Testing
import Wire

@Suite("Frames of the vector files")
struct FrameVectorTests {
    @Test("decode as the vector says, and encode back to the same bytes", arguments: Vector.frames)
    func vector(_ vector: Vector) throws {
        let bytes = try vector.bytes("hex")
        let sender = try vector.field("from")
        try #require(["client", "server"].contains(sender))
        let limit = vector.fields["maxPayload"].flatMap { Int($0) } ?? ProtocolLimits.maximumDataPayload
        do {
            let frame = try Frame(decoding: bytes, fromClient: sender == "client", dataLimit: limit)
            #expect(try vector.field("expect") == "ok")
            #expect(try vector.field("decoded") == frame.rendered)
            #expect(frame.encoded == bytes)
        } catch let error as WireError {
            #expect(try vector.field("expect") == rendering(error))
            #expect(!error.description.isEmpty)
        }
    }

    @Test("name every type as valid and as invalid, in both directions")
    func coverage() throws {
        var valid: Set<UInt8> = []
        var invalid: Set<UInt8> = []
        for vector in Vector.frames {
            guard let type = try vector.bytes("hex").first else { continue }
            if try vector.field("expect") == "ok" { valid.insert(type) } else { invalid.insert(type) }
        }
        let all = Set(FrameType.allCases.map(\.rawValue))
        #expect(valid == all)
        #expect(invalid.isSuperset(of: all))
    }

    @Test("have names of their own")
    func names() {
        let names = Vector.frames.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count > 150)
    }

    @Test("are refused at every shorter length", arguments: Vector.frames.filter { $0.fields["expect"] == "ok" })
    func prefixes(_ vector: Vector) throws {
        let bytes = try vector.bytes("hex")
        let fromClient = try vector.field("from") == "client"
        for length in bytes.indices.prefix(600) {
            let prefix = [UInt8](bytes.prefix(length))
            #expect(throws: WireError.self) { try Frame(decoding: prefix, fromClient: fromClient) }
        }
    }
}
