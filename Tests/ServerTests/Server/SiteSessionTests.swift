import Accounts
import Domain
import Platform
import TestSupport
import Testing

@testable import Logins

@Suite("Sessions")
struct SiteSessionTests {
    private static let hash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$v9K+AuFBZgmnm1Cg/Ibevg"
    private let sessions = SiteSessions(idle: 100, lifetime: 1000)
    private let begin = Instant(nanoseconds: 1_000_000_000_000)

    private func login(_ name: String = "anna") throws -> Login {
        let file = PasswordFile(Array("\(name):\(Self.hash)\n".utf8))
        return Login(try #require(file.entry(for: try UserName(name))))
    }

    private func at(_ seconds: Double) -> Instant { begin.advanced(bySeconds: seconds) }

    @Test("one that is used goes on until its lifetime is over; one that isn't ends before")
    func times() throws {
        let used = try #require(sessions.begin(try login(), now: begin))
        let idle = try #require(sessions.begin(try login(), now: begin))
        for seconds in stride(from: 0.0, to: 1000, by: 99) {
            #expect(sessions.login(with: used, now: at(seconds))?.user.text == "anna")
        }
        #expect(sessions.login(with: used, now: at(1000)) == nil)
        #expect(sessions.login(with: idle, now: at(100)) == nil)
        // Once it has ended, no clock brings it back.
        #expect(sessions.login(with: idle, now: at(1)) == nil)
    }

    @Test("its id is random, is read as it was written, and can't be guessed from a form's token")
    func ids() throws {
        let ids = try (0..<100).map { _ in try #require(sessions.begin(try login(), now: begin)) }
        #expect(Set(ids.map(\.text)).count == 100 && ids.allSatisfy { $0.text.count == 64 })
        let id = ids[99]
        let read = try #require(SessionID(Array(id.text.utf8)))
        #expect(sessions.login(with: read, now: at(1)) != nil)
        let token = try #require(id.formToken)
        #expect(token != id.text && read.isFormToken(token) && !ids[98].isFormToken(token))
        #expect(!id.isFormToken("") && !id.isFormToken(id.text))
        for other in ["", "ab", String(repeating: "g", count: 64), id.text + "00", String(repeating: "0", count: 64)] {
            #expect(SessionID(Array(other.utf8)).flatMap { sessions.login(with: $0, now: at(1)) } == nil)
        }
    }

    @Test("one that was ended counts no more, and others do")
    func end() throws {
        let one = try #require(sessions.begin(try login(), now: begin))
        let other = try #require(sessions.begin(try login(), now: begin))
        sessions.end(one)
        #expect(sessions.login(with: one, now: at(1)) == nil && sessions.login(with: other, now: at(1)) != nil)
    }

    @Test("who logs in ever again takes no room from others: the own one that was used least lately goes")
    func bounds() throws {
        let other = try #require(sessions.begin(try login("bob"), now: begin))
        let first = try #require(sessions.begin(try login(), now: begin))
        let second = try #require(sessions.begin(try login(), now: begin))
        _ = sessions.login(with: first, now: at(1))
        for _ in 0..<(SiteSessions.perUser - 1) { _ = sessions.begin(try login(), now: at(2)) }
        #expect(sessions.login(with: second, now: at(3)) == nil)
        #expect(sessions.login(with: first, now: at(3)) != nil && sessions.login(with: other, now: at(3)) != nil)
    }
}
