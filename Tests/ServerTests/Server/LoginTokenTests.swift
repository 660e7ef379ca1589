import Accounts
import Domain
import Platform
import TestSupport
import Testing
import Transport

@testable import Connections
@testable import Logins
@testable import Storage

/// Logins by token.
@Suite("Login tokens")
struct LoginTokenTests {
    private let accounts: AccountDirectory
    private let gate: LoginGate
    private let tokens = LoginTokens(lifetime: 100)
    private let scratch: ScratchFolder
    private let start = Instant(nanoseconds: 1_000_000_000)

    init() throws {
        scratch = try ScratchFolder("tokens")
        accounts = try AccountDirectory(path: scratch.write(TestUsers.file.get(), to: "users"), patience: 600) { _ in }
        gate = LoginGate(
            accounts: accounts, verified: try VerifiedLogins(), codes: OneTimeCodes(), tokens: tokens, simultaneous: 1,
            patience: 30)
    }

    private func login() throws -> Login {
        let applicant = LoginGate.Applicant(
            number: 1, group: AddressGroup([10, 0, 0, 1]), isToEnd: { false }, hasLeft: { false })
        let password = Credential(Array(TestServer.password.utf8))
        return try #require(
            try gate.decide(LoginAttempt(user: TestServer.user, password: password), of: applicant)?.get())
    }

    private func isGood(_ token: LoginTokens.Token) -> Bool { (try? gate.decide(token: token.bytes).get()) != nil }

    @Test("a token lets its user in without a hash, as often as it is used, and ends after its lifetime all the same")
    func lifetime() throws {
        let login = try login()
        let token = try #require(tokens.grant(login, now: start))
        #expect(token.bytes.bytes.count == 32 && token.lifetime == 100)
        for seconds in [0.0, 50, 99] {
            #expect(tokens.login(with: token.bytes, now: start.advanced(bySeconds: seconds)) == login)
        }
        #expect(tokens.login(with: token.bytes, now: start.advanced(bySeconds: 101)) == nil)
        #expect(accounts.hashCount == 1)
    }

    @Test("no other bytes are a token, and none are granted where the lifetime is 0")
    func others() throws {
        let login = try login()
        let token = try #require(gate.grantToken(to: login))
        var bytes = token.bytes.bytes
        bytes[0] ^= 1
        for wrong in [bytes, Array(bytes.dropLast()), [0], bytes + [0]] {
            guard case .failure(let denial) = gate.decide(token: Credential(wrong)) else {
                Issue.record("a token that was never given was taken")
                return
            }
            #expect(denial.refusal.status == .credentialsWrong)
        }
        #expect(isGood(token) && LoginTokens(lifetime: 0).grant(login) == nil)
    }

    @Test(
        "it dies when the user's line gets another password, prefix or seed, is locked, or goes; not with another quota",
        arguments: zip(
            ["p=1$", "\n", "\n", "\(TestServer.user):", "\n", "\n"],
            ["p=1$AAAA", "QUOTA", ":prefix=a\n", "other:", ":totp=JBSWY3DPEHPK3PXP\n", ":locked=y\n"]))
    func bound(_ old: String, _ new: String) throws {
        let token = try #require(gate.grantToken(to: try login()))
        let text = try scratch.text(of: "users")
        let other = new == "QUOTA" ? text.replacing("\n", with: ":quota=1G\n") : text.replacing(old, with: new)
        try scratch.write(other, to: "users")
        #expect(isGood(token) == (new == "QUOTA"))
        gate.endTokens()
        // Once it is ended, the old line doesn't bring it back.
        try scratch.write(text, to: "users")
        #expect(isGood(token) == (new == "QUOTA"))
    }

    @Test("one token more than a user may have takes the place of the oldest")
    func bounded() throws {
        let login = try login()
        let first = try #require(tokens.grant(login, now: start))
        let second = try #require(tokens.grant(login, now: start))
        for _ in 0..<(LoginTokens.perUser - 1) { #expect(tokens.grant(login, now: start) != nil) }
        #expect(tokens.login(with: first.bytes, now: start) == nil)
        #expect(tokens.login(with: second.bytes, now: start) == login)
    }
}
