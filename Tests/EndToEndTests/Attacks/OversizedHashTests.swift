import Foundation
import TestSupport
import Testing
import Wire

/// A password file with lines whose checking would take the machine down.
@Suite("Oversized hashes")
struct OversizedHashTests {
    private static let parameters = [
        "m=4194304,t=2,p=1", "m=19456,t=4294967295,p=1", "m=19456,t=2,p=16777215", "m=4294967295,t=4294967295,p=1",
        "m=99999999999999999999,t=2,p=1", "m=-1,t=2,p=1",
    ]

    @Test("cost nothing: nobody is let in by one, others are, and the log names the lines", arguments: [false, true])
    func harmless(_ isAddedLater: Bool) throws {
        let site = try Site()
        let text = try site.scratch.text(of: "users")
        let salt = "c29tZXNhbHRzb21lc2FsdA", tag = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        let lines = Self.parameters.enumerated().map { "big\($0.offset):$argon2id$v=19$\($0.element)$\(salt)$\(tag)\n" }
        if !isAddedLater { try site.scratch.write(text + lines.joined(), to: "users") }
        let server = try TestServer(site)
        try server.expectServing()
        if isAddedLater { try site.scratch.write(text + lines.joined(), to: "users") }
        let before = try server.program.peakMemory()
        for number in Self.parameters.indices {
            let client = try server.connect()
            guard case .denied = try client.tryToLogIn("big\(number)", "password") else { throw Failure("not denied") }
        }
        _ = try server.logLine(with: " warning ", "above the limits")
        // One hash of the cheapest, as for any name.
        #expect(try server.program.peakMemory() - before < 64 << 20)
        try server.loggedIn().close()
    }
}
