import Domain
import Platform
import TestSupport
import Testing
import Transport

extension Site {
    /// Has a user give one-time codes, as an admin would.
    func giveCodes(to user: String = Fixtures.user) throws -> OneTimeSeed {
        let made = try RunningProgram.run(Binaries.adduser, ["--update", "-u", user, "--totp", "-f", users])
        guard let line = made.output.split(separator: "\n").first(where: { $0.hasPrefix("seed: ") }) else {
            throw Failure("no seed: \(made.error)")
        }
        return try OneTimeSeed(line.dropFirst("seed: ".count).utf8)
    }
}

extension OneTimeSeed {
    /// - Parameter steps: from now; the next one's is right for long enough.
    func code(after steps: Int64) throws -> String {
        let step = TimeStep(at: currentUnixTime() + steps * TimeStep.seconds)
        return String(decoding: try #require(code(of: step)).bytes, as: UTF8.self)
    }
}
