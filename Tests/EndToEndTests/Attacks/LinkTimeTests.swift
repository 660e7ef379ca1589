import Foundation
import Platform
import TestSupport
import Testing

/// Who looks at the clock to learn a link's address piece by piece.
@Suite("Links by time")
struct LinkTimeTests {
    private static let rounds =
        ProcessInfo.processInfo.environment["AUTO_UPLOAD_ATTACK_ROUNDS"].flatMap { Int($0) } ?? 40

    @Test("an address that differs from a link's in its last character alone takes as long as any that isn't there")
    func prefix() throws {
        let server = try TestServer(try Site.withRole())
        let admin = try AdminVisitor.loggedIn(server)
        let address = try admin.makeLink("inbox", ["kind": "drop"])
        let near = address.dropLast() + (address.hasSuffix("A") ? "Q" : "A")
        var seconds: [Bool: [Double]] = [:]
        for round in 0..<Self.rounds {
            for isNear in [true, false].shuffled() {
                // From an address of its own: who asks for many that aren't there has to wait.
                let source = "127.1.\(round / 100).\(1 + round % 100 * 2 + (isNear ? 1 : 0))"
                let curl = try Curl(server, from: source)
                let far = "/" + String((0..<22).map { _ in "ABCDEFGHIJKLMNOPQRSTUVWXYZ".randomElement() ?? "A" })
                seconds[isNear, default: []].append(try time(isNear ? String(near) : far, curl))
            }
        }
        let ranks = RankComparison(seconds[true] ?? [], seconds[false] ?? [])
        #expect(ranks.isEven, "larger in \(ranks.share) of \(Self.rounds) × \(Self.rounds)")
    }

    /// Seconds from the request's end to the answer's first byte, as curl counts them.
    private func time(_ target: String, _ curl: Curl) throws -> Double {
        let answer = try curl(
            target, ["-o", "/dev/null", "-w", "%{http_code} %{time_pretransfer} %{time_starttransfer}"])
        let words = answer.text.split(separator: " ").map { Double($0) ?? .nan }
        guard words.count == 3, words[0] == 404 else { throw Failure("\(answer)") }
        return words[2] - words[1]
    }
}
