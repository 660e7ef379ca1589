import Accounts
import Domain
import Platform
import TestSupport
import Testing

@testable import Logins

/// Sessions that an earlier process has begun.
@Suite("Sessions of an earlier process")
struct ResumedSessionTests {
    private let sessions = SiteSessions(idle: 100, lifetime: 1000)
    private let now = Instant(nanoseconds: 1_000_000_000_000)

    private func login(_ more: String = "", hash: String) throws -> Login {
        let file = PasswordFile(Array("anna:$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$\(hash)\(more)\n".utf8))
        return Login(try #require(file.entry(for: try UserName("anna"))))
    }

    private static let hash = "v9K+AuFBZgmnm1Cg/Ibevg"

    private func at(_ seconds: Double) -> Instant { now.advanced(bySeconds: seconds) }

    private func changes() -> [String] {
        sessions.takeChanges().map { change in
            switch change {
            case .began: "began"
            case .used: "used"
            case .ended: "ended"
            }
        }
    }

    @Test("one goes on for the rest of its time, and its use is told now and then")
    func times() throws {
        let login = try login(hash: Self.hash)
        let other = SiteSessions(idle: 100, lifetime: 1000)
        let id = try #require(other.begin(login, now: now))
        #expect(sessions.login(with: id, now: now) == nil && sessions.mayBeKept(id))
        for (age, idle) in [(1000.0, 0.0), (500, 100), (-1, 0), (500, -1)] {
            #expect(!sessions.resume(id, login, age: age, idle: idle, now: now), "\(age) \(idle)")
        }
        #expect(sessions.resume(id, login, age: 900, idle: 99, now: now) && changes().isEmpty)
        #expect(sessions.login(with: id, now: at(1)) == login && changes() == ["used"])
        #expect(sessions.login(with: id, now: at(60)) == login && changes().isEmpty)
        #expect(sessions.login(with: id, now: at(62)) == login && changes() == ["used"])
        #expect(sessions.login(with: id, now: at(101)) == nil && changes() == ["ended"])
        // It has ended here, whatever is remembered of it elsewhere.
        #expect(!sessions.mayBeKept(id) && !sessions.resume(id, login, age: 0, idle: 0, now: at(102)))
    }

    @Test("whoever has ended one, that is told")
    func ends() throws {
        let login = try login(hash: Self.hash)
        let first = try #require(sessions.begin(login, now: now))
        for _ in 0..<SiteSessions.perUser { _ = sessions.begin(login, now: at(1)) }
        #expect(changes().filter { $0 == "ended" }.count == 1 && !sessions.mayBeKept(first))
        let second = try #require(sessions.begin(login, now: at(1)))
        _ = changes()
        sessions.end(second)
        #expect(changes() == ["ended"])
    }

    @Test("a line's digest follows from all that a login depends on")
    func digests() throws {
        let lines = ["", ":prefix=a", ":prefix=b", ":totp=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"]
        let digests = try lines.map { try #require(try login($0, hash: Self.hash).lineDigest) }
        #expect(Set(digests).count == lines.count)
        #expect(try login(":quota=5:role=admin", hash: Self.hash).lineDigest == digests[0])
        #expect(try login(hash: "v9K+AuFBZgmnm1Cg/Ibevw").lineDigest != digests[0])
    }
}
