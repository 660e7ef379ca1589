import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// Who looks at the clock to learn which names are users'. That each wrong login costs one hash, whoever it is for, is counted by
/// `LoginGateTests`; here the answers' times are compared.
@Suite("Enumeration by time")
struct EnumerationTests {
    enum Kind: CaseIterable {
        case known, locked, unknown
    }

    enum Face: CaseIterable {
        case device, web
    }

    /// Of each kind: some here, many in `make attacks ROUNDS=1000`.
    private static let rounds =
        ProcessInfo.processInfo.environment["AUTO_UPLOAD_ATTACK_ROUNDS"].flatMap { Int($0) } ?? 40

    @Test("nobody can tell by time which names are users, or locked", arguments: Face.allCases)
    func times(_ face: Face) throws {
        let site = try Site()
        let locked = try RunningProgram.run(
            Binaries.adduser, ["--update", "-u", Fixtures.otherUser, "--lock", "-f", site.users])
        #expect(locked.status == 0, "\(locked.error)")
        let server = try TestServer(site)
        var seconds: [Kind: [Double]] = [:]
        // In an order that nobody knows before: what else the machine does meets all kinds alike, however much it is.
        for round in 0..<Self.rounds {
            for kind in Kind.allCases.shuffled() {
                let name =
                    switch kind {
                    case .known: Fixtures.user
                    case .locked: Fixtures.otherUser
                    case .unknown: "nobody-\(round)"
                    }
                seconds[kind, default: []].append(try time(of: name, face, server))
            }
        }
        for (one, other) in [(Kind.known, Kind.unknown), (.locked, .unknown), (.known, .locked)] {
            let ranks = RankComparison(seconds[one] ?? [], seconds[other] ?? [])
            #expect(
                ranks.isEven, "\(one) against \(other): larger in \(ranks.share) of \(Self.rounds) × \(Self.rounds)")
        }
        try server.loggedIn().close()
    }

    /// Seconds that a wrong login takes, on a connection of its own.
    private func time(of user: String, _ face: Face, _ server: TestServer) throws -> Double {
        switch face {
        case .device:
            let client = try server.connect()
            _ = try client.greet()
            let start = Instant.now
            try client.sendLogin(user, "wrong")
            guard case .denied = try client.answer(seconds: 180) else { throw Failure("not denied") }
            return Instant.now.seconds(since: start)
        case .web:
            let client = try WebClient(server)
            let start = Instant.now
            let answer = try client("PUT", "/files/a", ["Username: \(user)", "Password: wrong"], [1])
            guard answer.status == 403 else { throw Failure("\(answer)") }
            return Instant.now.seconds(since: start)
        }
    }

    @Test("the comparison finds a fifth more, and doesn't where there is nothing")
    func comparison() {
        var random = SeededGenerator(seed: 7)
        func times(_ factor: Double) -> [Double] {
            (0..<40).map { _ in factor * .random(in: 0.95..<1.05, using: &random) }
        }
        #expect(RankComparison(times(1), times(1)).isEven)
        #expect(!RankComparison(times(1.2), times(1)).isEven)
        #expect(!RankComparison(times(1), times(1.2)).isEven)
    }
}

/// Compares two series that would be alike if they were drawn from one.
struct RankComparison {
    /// How often a value of the first is larger than one of the second; ties count half.
    let share: Double
    private let bound: Double

    init(_ one: [Double], _ other: [Double]) {
        let larger = one.reduce(0.0) { sum, value in
            other.reduce(sum) { $0 + ($1 < value ? 1 : $1 == value ? 0.5 : 0) }
        }
        let (m, n) = (Double(one.count), Double(other.count))
        share = larger / (m * n)
        // Six standard deviations of the statistic of Mann and Whitney: once in 500 million by chance, whatever the distribution.
        bound = 6 * ((m + n + 1) / (12 * m * n)).squareRoot()
    }

    var isEven: Bool { abs(share - 0.5) <= bound }
}
