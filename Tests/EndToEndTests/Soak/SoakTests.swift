import Foundation
import Platform
import TestSupport
import Testing

extension LongTests {
    /// Server and client are killed at random instants, again and again, and everything is looked at after each round.
    ///
    /// `scripts/soak` runs many rounds. AUTO_UPLOAD_SOAK_ROUNDS says how many; AUTO_UPLOAD_SOAK_SEED is the seed of the first
    /// one, each next one's is greater by one: a round that failed is repeated by its seed and one round. What all programs
    /// of a round said goes to the folder AUTO_UPLOAD_SOAK_LOGS, if that is set.
    @Suite("Soak")
    struct SoakTests {
        @Test(
            "kill -9 at any instant loses nothing, doubles nothing, shows nothing by halves", arguments: Victim.allCases
        )
        func kills(_ victim: Victim) async throws {
            let (rounds, seed) = (try Self.setting("ROUNDS") ?? 6, try Self.setting("SEED") ?? .random(in: 0..<1 << 31))
            print("soak: \(rounds) rounds of killing \(victim), the first with seed \(seed)")
            try await onThread {
                var counts = SoakCounts()
                for number in 0..<rounds {
                    let round = try SoakRound(seed: UInt64(seed + number), victim)
                    do { try round.run() } catch { round.note(error) }
                    counts += round.counts
                    if (number + 1).isMultiple(of: 20) { print("soak: \(number + 1) rounds: \(counts)") }
                    try Self.keep(round.history(), "\(victim)-\(seed + number)")
                    if round.problems.isEmpty { continue }
                    let problems = round.problems.joined(separator: "\n")
                    Issue.record("seed \(seed + number), killing \(victim): \(problems)\n\(round.history())")
                }
                print("soak: \(rounds) rounds of killing \(victim): \(counts)")
                #expect(counts.kills > rounds / 2)
            }
        }

        private static func keep(_ history: String, _ name: String) throws {
            guard let folder = ProcessInfo.processInfo.environment["AUTO_UPLOAD_SOAK_LOGS"] else { return }
            try history.write(toFile: "\(folder)/\(name).log", atomically: true, encoding: .utf8)
        }

        private static func setting(_ name: String) throws -> Int? {
            guard let text = ProcessInfo.processInfo.environment["AUTO_UPLOAD_SOAK_\(name)"] else { return nil }
            guard let number = Int(text), number >= 0 else { throw Failure("AUTO_UPLOAD_SOAK_\(name) isn't a number") }
            return number
        }
    }
}

/// What is killed.
enum Victim: String, CaseIterable, CustomStringConvertible {
    case server, client, both

    var includesServer: Bool { self != .client }
    var includesClient: Bool { self != .server }

    var description: String { rawValue }
}

/// What rounds were made of.
struct SoakCounts: CustomStringConvertible {
    /// Processes killed while they were at work.
    var kills = 0
    var files = 0
    /// Files that a killed client left under wiping names.
    var halfWiped = 0
    /// Uploads that a killed server left unfinished.
    var unfinished = 0
    var lostStates = 0
    /// Uploads that the server goes on keeping for a client that has forgotten them.
    var parked = 0
    /// Uploads that went on from what was durable.
    var resumed = 0
    /// Files that were sent once more though they were stored: the connection of a client that was killed still had some to be
    /// made durable when the next client asked. Only in rounds in which nothing else makes a client send what is there.
    var sentTwice = 0
    /// Files that are stored beside a taken name.
    var beside = 0

    static func += (left: inout SoakCounts, right: SoakCounts) {
        left.kills += right.kills
        left.files += right.files
        left.halfWiped += right.halfWiped
        left.unfinished += right.unfinished
        left.lostStates += right.lostStates
        left.beside += right.beside
        left.parked += right.parked
        left.resumed += right.resumed
        left.sentTwice += right.sentTwice
    }

    var description: String {
        "\(kills) kills, \(files) files, \(beside) beside a taken name, \(halfWiped) left half wiped, "
            + "\(unfinished) uploads left unfinished, \(resumed) resumed, \(parked) still kept, \(lostStates) states lost, \(sentTwice) files sent twice"
    }
}
