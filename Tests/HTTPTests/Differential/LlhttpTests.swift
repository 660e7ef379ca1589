import Foundation
import HTTP
import TestSupport
import Testing

/// Our reader beside llhttp, Node's, over requests that are made at random and are odd in one way or two.
@Suite("Reader of requests beside llhttp")
struct LlhttpTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let python = folder.appending(path: "../../../.build/llhttp/bin/python").standardized.path
    private static let isThere = FileManager.default.isExecutableFile(atPath: python)
    private static let count = 12_000

    @Test(
        "differs in what is listed in vectors/disagreements.txt, and in nothing else",
        .enabled(if: isThere, "llhttp isn't there: Tests/HTTPTests/Differential/install gets it"))
    func differs() throws {
        let requests = Self.requests(seed: 1)
        let verdicts = try Self.llhttp(requests.map(\.bytes))
        #expect(verdicts.count == requests.count)
        let known = try KnownDisagreement.all(in: Bundle.module)
        var unused = Set(known)
        for (request, theirs) in zip(requests, verdicts) {
            let ours = Verdict(RequestTrace([request.bytes[...]])).untilClose
            guard let (our, their) = Self.difference(ours, theirs.untilClose) else { continue }
            let explanation = known.first {
                $0.explains(
                    ours: our, llhttp: their, llhttpRefuses: theirs.refusal == their, oddities: request.oddities)
            }
            if let explanation {
                unused.remove(explanation)
            } else {
                Issue.record("ours: \(our)\nllhttp: \(their)\nwhen: \(request.oddities)\n\(digits(request.bytes))")
            }
        }
        #expect(unused.isEmpty, "listed, and not met any more")
    }

    /// One to three requests behind one another, of which one is odd in up to two ways.
    private static func requests(seed: UInt64) -> [(bytes: [UInt8], oddities: [String])] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            var drafts = (0..<random.pick([1, 1, 2, 3])).map { _ in DraftRequest.plain(&random) }
            var oddities: [String] = []
            let odd = Int.random(in: drafts.indices, using: &random)
            for _ in 0..<(index % 3) {
                let oddity = random.pick(Oddity.all)
                oddity.apply(&drafts[odd], &random)
                oddities.append(oddity.name)
            }
            return (drafts.flatMap(\.bytes), oddities)
        }
    }

    private static func llhttp(_ requests: [[UInt8]]) throws -> [Verdict] {
        let input = requests.map { digits($0) + "\n" }.joined()
        let outcome = try RunningProgram.run(
            python, [folder.appending(path: "llhttp.py").path], standardInput: input, seconds: 120)
        try #require(outcome.status == 0, "\(outcome.error)")
        return try outcome.output.split(separator: "\n").map { line in
            try JSONDecoder().decode(Verdict.self, from: Data(line.utf8))
        }
    }

    /// - Returns: what both say where they differ.
    private static func difference(_ ours: Verdict, _ theirs: Verdict) -> (String, String)? {
        for (our, their) in zip(ours.messages, theirs.messages) where our != their.understood {
            return ("reads \(our)", "reads \(their)")
        }
        let isRefusedByBoth = ours.refusal != nil && theirs.refusal != nil
        if ours.messages.count == theirs.messages.count, isRefusedByBoth || ours.ending == theirs.ending { return nil }
        let isOursShorter = ours.messages.count < theirs.messages.count
        let isTheirsShorter = theirs.messages.count < ours.messages.count
        return (isTheirsShorter ? "takes it" : ours.ending, isOursShorter ? "takes it" : theirs.ending)
    }
}
