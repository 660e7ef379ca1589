import TestSupport
import Testing

@testable import Platform

/// Commands that are run beside the program.
@Suite("Commands of the shell")
struct ShellCommandTests {
    /// Runs one to its end.
    private func ending(of text: String, seconds: Double = 60) throws -> ShellCommand.Ending {
        let ending = Monitor<ShellCommand.Ending?>(nil)
        try ShellCommand.start(text, seconds: seconds) { found in ending.change { $0 = found } }
        return ending.wait { $0 }
    }

    @Test("how it ended is told")
    func endings() throws {
        #expect(try ending(of: "exit 0") == .exited(0))
        #expect(try ending(of: "exit 7") == .exited(7))
        #expect(try ending(of: "kill -USR1 $$") == .killed(bySignal: 10))
        #expect(try ending(of: "no-such-command-at-all 2>/dev/null") == .exited(127))
    }

    @Test("it has no environment of ours, no input, no open file, and signals as usual")
    func clean() throws {
        let scratch = try ScratchFolder("command")
        let file = scratch.path("seen")
        let words = "{ env; cat; ls /proc/self/fd | wc -l; grep -E '^Sig(Blk|Ign)' /proc/self/status; } >'\(file)'"
        #expect(try ending(of: words) == .exited(0))
        let seen = try scratch.text(of: "seen").split(separator: "\n")
        let names = seen.filter { $0.contains("=") }.map { String($0.prefix { $0 != "=" }) }
        #expect(Set(names).isSubset(of: ["PATH", "HOME", "PWD", "SHLVL", "_", "OLDPWD"]), "\(names)")
        // Three, and what looks.
        #expect(seen.contains { Int($0.filter(\.isNumber)) == 4 && !$0.contains(":") }, "\(seen)")
        // Of the 31 that programs use.
        #expect(seen.filter { $0.hasPrefix("Sig") }.allSatisfy { $0.hasSuffix("0000000") }, "\(seen)")
    }

    @Test("one that takes too long is ended with all that it has started")
    func endless() throws {
        let scratch = try ScratchFolder("command")
        let words = "sleep 1000 & echo $! >'\(scratch.path("child"))'; wait"
        #expect(try ending(of: words, seconds: 1) == .timedOut)
        let child = try scratch.text(of: "child").filter(\.isNumber)
        let deadline = Deadline.after(seconds: 60)
        while try isThere(child), !deadline.hasPassed { Platform.Thread.sleep(seconds: 0.02) }
        #expect(try !isThere(child))
    }

    private func isThere(_ process: String) throws -> Bool {
        try RunningProgram.run("/bin/sh", ["-c", "kill -0 \(process) && ! grep -q ') Z' /proc/\(process)/stat"]).status
            == 0
    }
}
