import Foundation
import TestSupport
import Testing

/// `/openapi.json` says what the server does.
@Suite("The description of the web")
struct DescriptionTests {
    private let server: TestServer
    private let curl: Curl

    init() throws {
        server = try TestServer(options: ["--max-file-size", "1M", "--anonymous", "drops"])
        curl = try Curl(server)
    }

    @Test("every place takes the methods that it is said to take")
    func methods() throws {
        let answer = try curl("/openapi.json", [])
        #expect(answer.status == 200 && answer.fields["content-type"] == "application/json")
        let description = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
        let paths = try #require(description?["paths"] as? [String: [String: Any]])
        let examples = [
            "{path}": "a/b", "{name}": "report.pdf", "{link}": String(repeating: "A", count: 22), "{file}": "style.css",
            "{id}": String(repeating: "0", count: 32),
        ]
        for (path, item) in paths {
            let target = examples.reduce(path) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
            let allowed = try #require(try curl(target, ["-X", "OPTIONS"]).fields["allow"], "\(target)")
            let methods = Set(item.keys.filter { $0 != "parameters" }.map { $0.uppercased() })
            #expect(Set(allowed.components(separatedBy: ", ")) == methods, "\(target)")
        }
    }

    @Test("every final status of docs/HTTP.md stands in it")
    func statuses() throws {
        let text = try curl("/openapi.json", []).text
        let document = try String(
            contentsOf: URL(filePath: #filePath).appending(path: "../../../../docs/HTTP.md").standardized,
            encoding: .utf8)
        let rows = document.split(separator: "\n").filter { $0.hasPrefix("| ") }
        let statuses = Set(
            rows.compactMap { $0.split(separator: "|").first }.flatMap(numbers).filter { $0.count == 3 && $0 >= "200" })
        #expect(statuses.count > 15)
        #expect(statuses.subtracting(numbers(in: text[...])) == [])
    }

    private func numbers(in text: Substring) -> [String] {
        text.matches(of: /[0-9]+/).map { String($0.output) }
    }

    @Test(
        "Schemathesis finds nothing that contradicts it",
        .enabled(if: WebClients.has("schemathesis"), WebClients.reason("schemathesis")))
    func schemathesis() throws {
        let scratch = try ScratchFolder("schemathesis")
        let place = "https://127.0.0.1:\(server.port)"
        let clients = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients").path
        // Few examples, the same each time: a slow machine takes longer, and finds the same.
        let words = [
            "-C", scratch.path, WebClients.python, "-m", "schemathesis.cli",
            "--config-file", "\(clients)/schemathesis.toml", "run", "\(place)/openapi.json",
            "--tls-verify", server.site.certificates.authority, "--no-color", "--warnings", "off",
            "--auth", "\(Fixtures.user):\(Fixtures.password)", "--max-examples", "5",
            "--generation-deterministic", "--suppress-health-check", "all",
            "--phases", "examples,coverage,fuzzing", "--request-timeout", "120",
        ]
        let outcome = try RunningProgram("/usr/bin/env", words, environment: ["PYTHONPATH": clients])
            .waitForEnd(seconds: 600)
        #expect(outcome.status == 0, "\(outcome.output.suffix(6000)) \(outcome.error)")
    }
}
