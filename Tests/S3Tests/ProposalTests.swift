import S3
import TestSupport
import Testing

/// The texts lie in `vectors/proposals.txt`.
@Suite("What a client would have signed")
struct ProposalTests {
    static func bucket() throws -> S3Bucket {
        let endpoint = try #require(S3Endpoint("http://localhost:7480"))
        let name = try #require(BucketName("bucket"))
        return try #require(S3Bucket(endpoint, name, region: "us-east-1"))
    }

    private static func text(_ vector: Vector) throws -> String {
        try vector.field("text").replacing("\\n", with: "\n").replacing("\\r", with: "\r")
    }

    private static func read(_ vector: Vector) throws -> ProposedRequest {
        let text = try text(vector)
        return vector.fields["version"] == "4"
            ? try ProposedRequest(v4: text, to: bucket()) : try ProposedRequest(v2: text, to: bucket())
    }

    private static func name(_ request: ProposedRequest) -> String {
        let step =
            switch request.step {
            case .initiate: "initiate"
            case .part(let number, let upload): "part \(number) \(upload.text)"
            case .complete(let upload): "complete \(upload.text)"
            case .abort(let upload): "abort \(upload.text)"
            }
        return "\(step) \(request.key.text)"
    }

    @Test("steps of an upload are recognised, and nothing else is")
    func vectorsHold() throws {
        for vector in try vectors("proposals.txt") {
            let expected = try vector.field("expect")
            do {
                #expect(try Self.name(Self.read(vector)) == expected, "\(vector)")
            } catch let flaw as ProposedRequest.Flaw {
                #expect(flaw.text.contains(expected), "\(vector): \(flaw.text)")
            }
        }
    }

    @Test("what is signed is what was looked at: written anew it is the same, byte for byte")
    func sameBytes() throws {
        for vector in try vectors("proposals.txt") {
            guard let request = try? Self.read(vector) else { continue }
            let text = try Self.text(vector)
            switch request.form {
            case .v4(let canonical, let time):
                #expect(
                    text == "AWS4-HMAC-SHA256\n\(time.stamp)\n\(time.day)/us-east-1/s3/aws4_request\n\(canonical.text)")
            case .v2(let own, _): #expect(own.text == text)
            }
        }
    }

    @Test("no text that differs in one byte is another request of the same key, and none ends the program")
    func mutations() throws {
        var generator = SeededGenerator(seed: 18)
        let whole = try vectors("proposals.txt").filter { (try? Self.read($0)) != nil }
        for vector in whole {
            let text = Array(try Self.text(vector).utf8)
            for _ in 0..<400 {
                var other = text
                let place = Int.random(in: 0..<other.count, using: &generator)
                other[place] = UInt8.random(in: 0...127, using: &generator)
                let changed = String(decoding: other, as: UTF8.self)
                let bucket = try Self.bucket()
                guard
                    let request = vector.fields["version"] == "4"
                        ? try? ProposedRequest(v4: changed, to: bucket) : try? ProposedRequest(v2: changed, to: bucket)
                else { continue }
                switch request.form {
                case .v4(let canonical, _): #expect(changed.hasSuffix(canonical.text))
                case .v2(let own, _): #expect(own.text == changed)
                }
            }
        }
    }
}
