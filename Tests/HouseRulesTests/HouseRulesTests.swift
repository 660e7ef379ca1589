import Testing

/// The rules of the house, checked on the tree itself.
@Suite("House rules")
struct HouseRulesTests {
    static let longestFile = 400

    @Test("the tree is found")
    func findsTheTree() {
        #expect(SourceTree.files.contains { $0.path == "Package.swift" })
        #expect(!SourceTree.swiftFiles(in: "Sources").isEmpty)
    }

    @Test("sources keep to the rules", arguments: Rule.forSources)
    func sourcesKeep(_ rule: Rule) throws {
        try expectKept(rule, in: SourceTree.swiftFiles(in: "Sources"))
    }

    @Test("every file keeps to the rules", arguments: Rule.forEverything)
    func everythingKeeps(_ rule: Rule) throws {
        try expectKept(rule, in: SourceTree.files)
    }

    @Test("a rule notices what breaks it", arguments: Rule.forSources + Rule.forEverything)
    func noticesItsExample(_ rule: Rule) throws {
        #expect(try rule.broken(by: ["let fine = 1", rule.example[...]]) == [2])
    }

    @Test("a rule about code passes over comments and texts")
    func passesOverComments() throws {
        let rule = Rule("none", "forbidden", example: "")
        #expect(try rule.broken(by: ["a // forbidden", "\"forbidden\"", "b(\"\\\"\", forbidden)"]) == [3])
    }

    @Test("folders import only what the architecture allows")
    func importsFollowTheArrows() throws {
        for file in SourceTree.swiftFiles(in: "Sources") {
            let arrows = try #require(Arrows.of(file), "\(file) lies in no folder of the architecture")
            let imported = Set(file.lines.compactMap(Arrows.module(importedBy:)))
            #expect(imported.subtracting(arrows.targets).subtracting(Arrows.language).isEmpty, "\(file)")
        }
    }

    @Test(
        "imports are recognised in every written form",
        arguments: [
            ("import Wire", "Wire"), ("internal import COpenSSL", "COpenSSL"), ("@testable import Wire", "Wire"),
            ("@preconcurrency package import Platform", "Platform"), ("import struct Wire.Frame", "Wire"),
        ])
    func recognisesImports(_ line: String, _ module: String) {
        #expect(Arrows.module(importedBy: line[...]) == module)
        #expect(Arrows.module(importedBy: ("// " + line)[...]) == nil)
    }

    @Test("no file grows past what can be about one thing")
    func filesStayShort() {
        for file in SourceTree.swiftFiles(in: "Sources", "Tests") {
            #expect(file.lines.count <= Self.longestFile, "\(file)")
        }
    }

    @Test("every script stops at its first error")
    func scriptsAreStrict() {
        let scripts = SourceTree.files.filter { file in
            file.lines.first?.hasPrefix("#!/usr/bin/env bash") == true
        }
        #expect(!scripts.isEmpty)
        for script in scripts where !script.lines.contains(where: { $0.hasPrefix("exec ") }) {
            #expect(script.lines.contains("set -euo pipefail"), "\(script)")
        }
    }

    @Test("each promise of docs/DURABILITY.md names tests that are there")
    func promisesHaveTests() throws {
        let document = try #require(SourceTree.files.first { $0.path == "docs/DURABILITY.md" })
        let promises = document.lines.filter { $0.hasPrefix("| **") }
        #expect(promises.count > 20)
        for promise in promises {
            let tests = (promise.split(separator: "|").last ?? "").matches(of: /`([A-Za-z\/]+Tests)`/).map(\.1)
            #expect(!tests.isEmpty || promise.contains("the soak"), "\(promise)")
            for test in tests {
                #expect(SourceTree.files.contains { $0.path.hasSuffix("/\(test).swift") }, "\(test)")
            }
        }
    }

    @Test("the threat model names tests that are there")
    func attacksHaveTests() throws {
        let document = try #require(SourceTree.files.first { $0.path == "docs/THREAT_MODEL.md" })
        let names = document.lines.flatMap { $0.matches(of: /`([A-Za-z]+Tests)`/).map { String($0.1) } }
        #expect(names.count > 40)
        for name in Set(names) {
            #expect(SourceTree.files.contains { $0.path.hasSuffix("/\(name).swift") }, "\(name)")
        }
    }

    @Test("swift format finds nothing to say")
    func isFormatted() throws {
        let lint = try Command.run(
            "swift", "format", "lint", "--strict", "--parallel", "--recursive", "Package.swift", "Sources", "Tests")
        #expect(lint.status == 0, "\(lint.output)")
    }

    private func expectKept(_ rule: Rule, in files: [SourceTree.File]) throws {
        for file in files where !rule.exceptions.contains(where: file.path.hasPrefix) {
            for line in try rule.broken(by: file.lines) {
                Issue.record("\(file):\(line): \(rule)")
            }
        }
    }
}
