import Foundation
import TestSupport
import Testing

/// What a server with `--metrics-listen` says of itself.
struct Scrape {
    let text: String
    private(set) var values: [String: Double] = [:]

    /// - Parameter options: of curl.
    init(_ url: String, _ options: [String] = []) throws {
        let outcome = try RunningProgram.run("/usr/bin/env", ["curl", "-sS", "--fail", "-m", "60"] + options + [url])
        guard outcome.status == 0 else { throw Failure("no measurements: \(outcome.error)") }
        text = outcome.output
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                throw Failure("no sample: \(line)")
            }
            values[String(line[..<space])] = value
        }
    }

    /// - Parameter sample: with its labels.
    subscript(sample: String) -> Double { values[sample] ?? -1 }

    static let options = ["--metrics-listen", "127.0.0.1:0"]

    /// Of a server that was started with these options.
    static func address(of server: TestServer) throws -> String {
        let line = try server.logLine(with: " metrics address=")
        return "http://" + (line.split(separator: "=").last ?? "") + "/metrics"
    }
}
