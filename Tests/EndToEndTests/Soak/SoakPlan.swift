import TestSupport

/// What a round is made of, all of it chosen by its seed.
struct SoakPlan {
    let devices: Int
    /// Both devices have files of the same names, most with other contents.
    let namesCollide: Bool
    /// A client that was killed finds its state gone.
    let losesState: Bool
    let isDaemon: Bool
    /// A file under a wiping name of which no state knows lies on each card.
    let hasForeignWipe: Bool
    let kills: Int
    var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        namesCollide = .random(in: 0..<3, using: &random) == 0
        devices = namesCollide ? 2 : .random(in: 1...2, using: &random)
        losesState = .random(in: 0..<4, using: &random) == 0
        isDaemon = .random(in: 0..<4, using: &random) == 0
        hasForeignWipe = .random(in: 0..<4, using: &random) == 0
        kills = .random(in: 1...4, using: &random)
    }

    /// An instant to kill at.
    enum Instant {
        /// So many seconds after everything was started.
        case time(Double)
        /// So many seconds after a program has written its `count`th line with `text`.
        case line(ofServer: Bool, text: String, count: Int, then: Double)
        /// So many seconds after a file has been given its wiping name.
        case wipe(then: Double)
        /// So many seconds after an upload has been begun on the server.
        case upload(then: Double)
    }

    mutating func nextInstant() -> Instant {
        let part = Double.random(in: 0..<1, using: &random)
        let then: Double = [0, part * 0.01, part * 0.1].randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1: return .time(0.02 + part * part * 0.8)
        case 2: return .wipe(then: then)
        case 3: return .upload(then: then)
        default:
            let lines = [
                (true, " connect ", 2), (true, " login ", 2), (true, " stored ", 40), (true, " closed ", 2),
                (false, " connected ", 1), (false, " confirmed ", 30), (false, " wiped ", 30),
            ]
            let (ofServer, text, most) = lines.randomElement(using: &random) ?? lines[0]
            return .line(ofServer: ofServer, text: text, count: .random(in: 1...most, using: &random), then: then)
        }
    }

    /// Bytes of a file: small ones mostly, around the sizes at which something changes, and sometimes a large one, of which
    /// the server keeps what has come.
    mutating func nextSize() -> Int {
        if Int.random(in: 0..<250, using: &random) == 0 { return .random(in: 35_000_000..<80_000_000, using: &random) }
        let sizes = [0, 1, 500, 4096, 4097, 20_000, 70_000, 262_131, 262_132, 262_133, 600_000]
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return .random(in: 3_000_000..<12_000_000, using: &random)
        case 1, 2: return .random(in: 600_000..<3_000_000, using: &random)
        default: return sizes.randomElement(using: &random) ?? 0
        }
    }
}
