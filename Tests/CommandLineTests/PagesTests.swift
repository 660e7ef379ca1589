import CommandLine
import Foundation
import TestSupport
import Testing

/// What the table of options gives besides parsing and `--help`.
@Suite("Pages made of the table of options")
struct PagesTests {
    private func shown(_ program: String, _ options: String...) throws -> String {
        let outcome = try RunningProgram.run(program, options)
        guard outcome.status == 0 else { throw Wrong(text: outcome.error) }
        return outcome.output
    }

    private struct Wrong: Error { let text: String }

    @Test("the file for --config has every option, and can be used once the comments before them are taken off")
    func template() throws {
        let text = try shown(Binaries.server, "--print-config")
        for name in ["#pwdfile = FILE", "#port = 443", "#min-rate = 100", "#read-back = n", "#metrics-listen = "] {
            #expect(text.contains("\n\(name)"), "\(name): \(text)")
        }
        #expect(!text.contains("#config =") && !text.contains("#check-config") && !text.contains("#json"))
        // All that has a default is right as it stands there.
        let lines = text.split(separator: "\n").filter { $0.wholeMatch(of: /#[a-z-]+ = [a-z0-9.A-Z]+/) != nil }
        let usable = lines.filter { !$0.hasSuffix("FILE") && $0.last?.isUppercase == false || $0.hasSuffix("G") }
        #expect(usable.count > 20, "\(usable)")
        let scratch = try ScratchFolder("template")
        let path = try scratch.write(
            usable.map { $0.dropFirst() }.joined(separator: "\n") + "\npwdfile = none\n", to: "server.conf")
        let outcome = try RunningProgram.run(Binaries.server, ["--config", path])
        #expect(outcome.status == 64 && outcome.error.contains("--certificate FILE is missing"), "\(outcome)")
        #expect(try !shown(Binaries.client, "--print-config").contains("#password ="))
    }

    @Test("bash completes options, commands of two words, and values")
    func bash() throws {
        let scratch = try ScratchFolder("completion")
        let path = try scratch.write(try shown(Binaries.server, "--completion", "bash"), to: "completion")
        func completed(_ words: String...) throws -> Set<String> {
            let name = (Binaries.server as NSString).lastPathComponent
            let quoted = ([name] + words).map { "'\($0)'" }.joined(separator: " ")
            let script = """
                . \(path)
                COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count); _auto_upload_server
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let outcome = try RunningProgram.run("/bin/bash", ["-c", script])
            guard outcome.status == 0, outcome.error.isEmpty else { throw Wrong(text: outcome.error) }
            return Set(outcome.output.split(separator: "\n").map(String.init))
        }
        #expect(try completed("--metr") == ["--metrics-listen"])
        #expect(try completed("sta") == ["status"])
        #expect(try completed("links", "") == ["list", "make", "revoke"] || completed("links", "").contains("make"))
        #expect(try completed("--web", "") == ["on", "off"])
        #expect(try completed("-f", scratch.path + "/").isEmpty)
        #expect(try completed("-p", scratch.path("compl")) == [path])
    }

    @Test("zsh and fish get what they can read, as far as they are there", arguments: ["zsh", "fish"])
    func others(_ shell: String) throws {
        let scratch = try ScratchFolder("completion")
        for program in [Binaries.server, Binaries.client, Binaries.adduser] {
            let text = try shown(program, "--completion", shell)
            #expect(text.contains(shell == "zsh" ? "'--help[" : "-l help"), "\(text)")
            let path = try scratch.write(text, to: "completion")
            guard (try? RunningProgram.run("/usr/bin/env", [shell, "--version"]))?.status == 0 else { continue }
            let checked = try RunningProgram.run("/usr/bin/env", [shell, "-n", path])
            #expect(checked.status == 0 && checked.error.isEmpty, "\(checked.error)")
        }
        let wrong = try RunningProgram.run(Binaries.client, ["--completion", "csh"])
        #expect(wrong.status == 64 && wrong.error.contains("bash|zsh|fish"), "\(wrong)")
    }
}
