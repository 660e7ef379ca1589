import Platform
import TestSupport
import Testing
import Transport
import Wire

@testable import Receipts

/// The system calls by which a receipt key comes into being, in their order, and each of them failing in turn.
@Suite(.enabled(if: TracedServer.isPossible, "strace isn't installed, or may not trace"))
struct ReceiptKeyCallTests {
    private let scratch: ScratchFolder
    private let file: ReceiptKeyFile

    init() throws {
        scratch = try ScratchFolder("receipt-calls")
        try scratch.makeFolder("storage")
        // As it is once a server has used it.
        try scratch.write("", to: "storage/.auto-upload-store")
        file = try ReceiptKeyFile(path: scratch.path("key.pem"))
    }

    private static let calls = "fsync,rename,renameat,renameat2,fchmod,fchown,openat2,unlinkat,write"

    /// Renews the key under strace.
    private func renew(_ options: [String]) throws -> RunningProgram.Outcome {
        try RunningProgram.run(
            "/usr/bin/strace",
            ["-f", "-y", "-o", scratch.path("trace")] + options
                + [Binaries.server, "renew-receipt-key", "-f", scratch.path("storage")]
                + ["--receipt-key", scratch.path("key.pem"), "--allow-weak-storage"])
    }

    @Test("a key is flushed before it has its name, and its folder before anybody hears of it")
    func order() throws {
        let old = try file.loadOrMake()
        let ended = try renew(["-e", "trace=\(Self.calls)"])
        #expect(ended.status == 0, "\(ended.error)")
        let lines = try scratch.text(of: "trace").split(separator: "\n")
        let begun = try #require(lines.lastIndex { $0.contains("openat2(") && $0.contains("key.pem.new") })
        let steps = lines[begun...].compactMap { line in
            ["fsync(", "renameat(", "write(1"].first(where: line.contains).map { step in
                step == "fsync(" && line.contains("key.pem.new>") ? "content" : step
            }
        }
        #expect(steps == ["content", "renameat(", "fsync(", "write(1"], "\(lines[begun...].joined(separator: "\n"))")
        let new = try #require(try file.load())
        #expect(old.key != new.key && old.key.leads(to: new.key, over: new.predecessors))
    }

    @Test("whichever call fails, there is a whole key, the old one or one that it has signed")
    func failing() throws {
        _ = try file.loadOrMake()
        // strace counts each kind of call for itself.
        let failures = try Self.calls.split(separator: ",").map { try failEach($0) }.reduce(0, +)
        #expect(failures > 20, "too few calls have failed to mean anything")
        #expect(try scratch.names().filter { $0.hasPrefix("key.pem") } == ["key.pem"])
    }

    /// Renews the key again and again, its first, second, … call of a kind failing, until none is left to fail.
    ///
    /// - Returns: renewals that failed.
    private func failEach(_ call: Substring) throws -> Int {
        var failures = 0
        for number in 1...100 {
            let before = try #require(try file.load())
            let ended = try renew(["-e", "trace=\(call)", "-e", "inject=\(call):error=EIO:when=\(number)"])
            let after = try #require(try file.load(), "\(call) \(number)")
            #expect(before.key.leads(to: after.key, over: after.predecessors))
            if ended.status == 0 { #expect(after.key != before.key) }
            #expect([0, 78].contains(ended.status), "\(call) \(number): \(ended.status) \(ended.error)")
            if ended.status != 0 { failures += 1 }
            if try !scratch.text(of: "trace").contains("(INJECTED)") { return failures }
        }
        return failures
    }
}
