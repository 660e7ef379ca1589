import Foundation
import TestSupport

/// A kind of disagreement that is known, from `vectors/disagreements.txt`.
struct KnownDisagreement: Hashable, CustomStringConvertible {
    let ours: String
    let llhttp: String
    /// One of these must have been done to the request; none where the two endings say enough.
    let oddities: Set<String>

    var description: String { "ours: \(ours) / llhttp: \(llhttp)" }

    /// - Parameters: what both said, as the file says it; `llhttpRefuses` where llhttp gave a reason of its own.
    func explains(ours: String, llhttp: String, llhttpRefuses: Bool, oddities: [String]) -> Bool {
        let isOurs = self.ours == "*" || self.ours == ours
        let isTheirs = self.llhttp == llhttp || self.llhttp == "*" && (self.ours == "*" || !llhttpRefuses)
        return isOurs && isTheirs && (self.oddities.isEmpty || !self.oddities.isDisjoint(with: oddities))
    }

    static func all(in bundle: Bundle) throws -> [KnownDisagreement] {
        var known: [KnownDisagreement] = []
        var ours = ""
        var llhttp = ""
        var oddities: Set<String> = []
        for line in try vectorLines("disagreements.txt", in: bundle) {
            let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
            switch (parts[0], parts.last ?? "") {
            case ("ours", let text): (ours, oddities) = (text, [])
            case ("llhttp", let text): llhttp = text
            case ("when", let text): oddities = Set(text.split(separator: "; ").map(String.init))
            case ("because", _): known.append(KnownDisagreement(ours: ours, llhttp: llhttp, oddities: oddities))
            default: throw CocoaError(.fileReadCorruptFile)
            }
        }
        return known
    }
}
