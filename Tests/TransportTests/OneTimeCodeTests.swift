import Domain
import Encodings
import Foundation
import TestSupport
import Testing
import Transport

/// One-time codes by the vectors of their RFCs, and beside other programs that make them.
@Suite("One-time codes")
struct OneTimeCodeTests {
    static let vectors = (try? vectorLines("one-time-codes.txt", in: .module)) ?? []

    @Test("there are vectors")
    func vectorsAreThere() {
        #expect(Self.vectors.count == 16)
    }

    @Test("the codes of RFC 4226 and RFC 6238", arguments: vectors)
    func code(_ vector: String) throws {
        let fields = vector.split(separator: " ").map(String.init)
        let seed = try OneTimeSeed(bytes: #require(bytes(hexadecimal: fields[0])))
        let step = TimeStep(number: try #require(UInt64(fields[1])))
        #expect(text(seed.code(of: step, digits: try #require(Int(fields[2])))) == fields[3])
    }

    @Test("a step is 30 seconds, and times before 1970 are its first")
    func steps() {
        #expect([-5, 0, 29].map { TimeStep(at: $0).number } == [0, 0, 0])
        #expect([30, 59, 60].map { TimeStep(at: $0).number } == [1, 1, 2])
        #expect(TimeStep(number: 2).seconds(from: 35) == 25 && TimeStep(number: 1).seconds(from: 35) == 0)
        #expect(TimeStep(number: .max).next == TimeStep(number: .max))
    }

    @Test("nothing tells a seed")
    func silent() throws {
        let seed = try OneTimeSeed("JBSWY3DPEHPK3PXP".utf8)
        for text in ["\(seed)", String(reflecting: seed), "\([seed])"] { #expect(!text.contains("JBSWY")) }
    }

    private static let samples = {
        var random = SeededGenerator(seed: 7)
        return (0..<60).map { index in
            let seed = [UInt8].random(index % 3 == 0 ? 20 : 16 + index % 40, seed: random.next())
            return (seed: seed, time: Int64.random(in: 0...9_000_000_000, using: &random))
        }
    }()

    private static let isOathtoolThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/oathtool")

    @Test("oathtool makes the same codes", .enabled(if: isOathtoolThere, "oathtool isn't there"))
    func oathtool() throws {
        for (bytes, time) in Self.samples.prefix(12) {
            let seed = try OneTimeSeed(bytes: bytes)
            let theirs = try RunningProgram.run(
                "/usr/bin/oathtool", ["--totp", "-N", "@\(time)", "-b", "-"], standardInput: seed.text + "\n")
            #expect(theirs.status == 0, "\(theirs.error)")
            #expect(theirs.output == text(seed.code(of: TimeStep(at: time))).map { $0 + "\n" })
        }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let python = folder.appending(path: "../../.build/pyotp/bin/python").standardized.path
    private static let isPyotpThere = FileManager.default.isExecutableFile(atPath: python)

    @Test(
        "pyotp makes the same codes",
        .enabled(if: isPyotpThere, "pyotp isn't there: Tests/TransportTests/OneTimeCodes/install gets it"))
    func pyotp() throws {
        let seeds = try Self.samples.map { (try OneTimeSeed(bytes: $0.seed), $0.time) }
        let script = Self.folder.appending(path: "OneTimeCodes/codes.py").path
        let theirs = try RunningProgram.run(
            Self.python, [script], standardInput: seeds.map { "\($0.text) \($1)\n" }.joined())
        #expect(theirs.status == 0, "\(theirs.error)")
        let ours = seeds.map { text($0.code(of: TimeStep(at: $1))) }
        #expect(theirs.output.split(separator: "\n").map(String.init) == ours)
    }
}

private func text(_ code: Credential?) -> String? { code.map { String(decoding: $0.bytes, as: UTF8.self) } }

private func bytes(hexadecimal text: String) -> [UInt8]? {
    let digits = Array(text)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    return bytes.contains(nil) ? nil : bytes.compactMap(\.self)
}
