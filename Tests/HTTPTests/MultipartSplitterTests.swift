import HTTP
import TestSupport
import Testing

@Suite("Multipart bodies")
struct MultipartSplitterTests {
    @Test("come apart as the vector says, in one piece, at every split point and byte by byte", arguments: vectors)
    func vector(_ vector: MultipartVector) throws {
        let boundary = try vector.boundary
        let body = vector.body
        let whole = FormRecord(body, boundary: boundary)
        #expect(whole.isInOrder)
        #expect(whole.error?.description == vector.text("error"))
        #expect(whole.parts.filter(\.isWhole).map(\.content) == vector.values("part").map(\.value))
        #expect(whole.parts.filter { !$0.isWhole }.map(\.content) == vector.values("cut").map(\.value))
        for position in 0...body.count {
            #expect(FormRecord(body, boundary: boundary, pieces: [position]) == whole, "split at \(position)")
        }
        #expect(FormRecord(body, boundary: boundary, pieces: body.map { _ in 1 }) == whole)
    }

    @Test("have vectors for everything that a body can be refused for")
    func coverage() {
        let errors = Set(Self.vectors.compactMap { $0.text("error") })
        let some: [MultipartError] = [
            .preambleTooLong(limit: 4096), .epilogueTooLong(limit: 4096), .partAfterEnd,
            .malformedDelimiter(afterPart: 0), .malformedDelimiter(afterPart: 1),
            .paddingTooLong(afterPart: 1, limit: 256), .malformedHead(part: 1, .malformedField),
            .malformedHead(part: 1, .delimiterInside), .endMissing(afterPart: 0), .endMissing(afterPart: 1),
        ]
        #expect(errors.isSuperset(of: some.map(\.description)))
    }

    @Test("keep to their limits")
    func limits() throws {
        let boundary = try MultipartBoundary([0x42])
        let part = "--B\r\nA: b\r\nC: d\r\n\r\n\r\n"
        let body = Array((part + part + "--B--\r\n").utf8)
        func error(_ limits: MultipartLimits) -> MultipartError? {
            FormRecord(body, boundary: boundary, limits: limits).error
        }
        #expect(error(MultipartLimits(parts: 2)) == nil)
        #expect(error(MultipartLimits(parts: 1)) == .tooManyParts(limit: 1))
        #expect(error(MultipartLimits(headBytes: 14)) == nil)
        #expect(error(MultipartLimits(headBytes: 13)) == .headTooLong(part: 1, limit: 13))
        #expect(error(MultipartLimits(headFields: 2)) == nil)
        #expect(error(MultipartLimits(headFields: 1)) == .malformedHead(part: 1, .tooManyFields(limit: 1)))
        #expect(error(MultipartLimits(surroundingBytes: 0, paddingBytes: 0)) == nil)
    }

    @Test("hold no more of an endless head than its limit")
    func endlessHead() throws {
        let boundary = try MultipartBoundary([0x42])
        let body = Array("--B\r\nA: ".utf8) + [UInt8](repeating: 0x61, count: 100_000)
        let record = FormRecord(body, boundary: boundary)
        #expect(record.error == .headTooLong(part: 1, limit: 16 * 1024))
    }

    @Test("of random parts come apart into the same parts at random splits", arguments: 1...4 as ClosedRange<UInt64>)
    func randomParts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<150 {
            let form = RandomForm(by: &random)
            let boundary = try MultipartBoundary(form.boundary)
            let record = FormRecord(
                form.body, boundary: boundary, pieces: splits(of: form.body.count, by: &random))
            #expect(record.error == nil)
            #expect(record.parts.map(\.content) == form.contents)
            #expect(record.parts.allSatisfy { $0.isWhole })
        }
    }

    @Test("that are broken at random come apart the same way at all splits", arguments: 1...4 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var (accepted, refused) = (0, 0)
        for _ in 0..<150 {
            var form = RandomForm(by: &random)
            form.mutate(by: &random)
            let boundary = try MultipartBoundary(form.boundary)
            let whole = FormRecord(form.body, boundary: boundary)
            if whole.error == nil { accepted += 1 } else { refused += 1 }
            for _ in 0..<4 {
                let pieces = splits(of: form.body.count, by: &random)
                #expect(FormRecord(form.body, boundary: boundary, pieces: pieces) == whole, "\(pieces)")
            }
            #expect(FormRecord(form.body, boundary: boundary, pieces: form.body.map { _ in 1 }) == whole)
        }
        #expect(accepted > 10 && refused > 10, "\(accepted) taken, \(refused) refused")
    }

    @Test("of real clients have the fields and the files that were sent", arguments: MultipartVector.of("forms"))
    func clients(_ vector: MultipartVector) throws {
        let heads = FormRecord(vector.body, boundary: try vector.boundary).parts.map(\.head)
        #expect(heads.map(\.name) == ["user", "file", "file"])
        #expect(heads.map(\.fileName) == [nil, Array("clip.mp4".utf8), Array("empty.mp4".utf8)])
    }

    private static let vectors = MultipartVector.of("bodies.txt") + MultipartVector.of("forms")

    private func splits(of length: Int, by random: inout SeededGenerator) -> [Int] {
        let longest = Int.random(in: 1...max(1, length), using: &random)
        return (0..<Int.random(in: 0...40, using: &random)).map { _ in Int.random(in: 0...longest, using: &random) }
    }
}

extension MultipartVector {
    /// The one that Content-Type names, or the vector itself.
    fileprivate var boundary: MultipartBoundary {
        get throws {
            if let type = value("type") { return try MultipartBoundary(contentType: type) }
            return try MultipartBoundary(#require(value("boundary")))
        }
    }
}
