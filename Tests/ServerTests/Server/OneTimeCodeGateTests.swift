import Accounts
import Domain
import Platform
import TestSupport
import Testing
import Transport

@testable import Connections
@testable import Logins
@testable import Storage

/// What the gate does with one-time codes.
@Suite("One-time codes at the gate")
struct OneTimeCodeGateTests {
    private let accounts: AccountDirectory
    private let scratch: ScratchFolder
    private let gate: LoginGate
    private let seed: OneTimeSeed

    /// Some step's beginning.
    private static let now: Int64 = 1_700_000_010
    private static let home = AddressGroup([10, 0, 0, 1])

    init() throws {
        scratch = try ScratchFolder("codes")
        seed = try OneTimeSeed(bytes: Array("12345678901234567890".utf8))
        let line = try TestUsers.file.get().replacing("\n", with: ":totp=\(seed.text)\n")
        accounts = try AccountDirectory(path: scratch.write(line, to: "users"), patience: 600) { _ in }
        try scratch.makeFolder("own")
        gate = try Self.gate(accounts, scratch)
    }

    /// As after a restart.
    private static func gate(_ accounts: AccountDirectory, _ scratch: ScratchFolder) throws -> LoginGate {
        let codes = OneTimeCodes()
        try codes.keep(in: Directory.open(path: scratch.path("own")))
        return LoginGate(
            accounts: accounts, verified: try VerifiedLogins(), codes: codes, tokens: LoginTokens(lifetime: 60),
            simultaneous: 2, patience: 30)
    }

    private func code(at time: Int64 = now) throws -> Credential { try #require(seed.code(of: TimeStep(at: time))) }

    private func logIn(
        _ code: Credential, password: String = TestServer.password, at time: Int64 = now,
        way: LoginAttempt.Way = .connection, from group: AddressGroup = home, by gate: LoginGate? = nil
    ) -> String {
        let number = UInt64.random(in: 0 ... .max)
        let applicant = LoginGate.Applicant(number: number, group: group, isToEnd: { false }, hasLeft: { false })
        let attempt = LoginAttempt(
            user: TestServer.user, password: Credential(Array(password.utf8)), code: code, way: way)
        switch (gate ?? self.gate).decide(attempt, of: applicant, at: time) {
        case .success(let login)?: return login.user.text
        case .failure(let denial)?:
            let refusal = denial.refusal
            return refusal.retryAfterSeconds == 0
                ? refusal.status.name : "\(refusal.status) \(refusal.retryAfterSeconds)"
        case nil: return "over"
        }
    }

    @Test("the password alone doesn't do, nor the code alone; each is hashed for, and told apart by nobody")
    func both() throws {
        #expect(logIn(Credential([])) == "credentialsWrong")
        #expect(try logIn(code(), password: "wrong") == "credentialsWrong")
        #expect(logIn(Credential(Array("000000".utf8))) == "credentialsWrong")
        #expect(logIn(Credential([])) == "credentialsWrong")
        #expect(accounts.hashCount == 4)
        #expect(try logIn(code()) == TestServer.user)
        // Without it, a right password would be found out by how soon the answer comes.
        #expect(logIn(Credential([])) == "credentialsWrong")
        #expect(accounts.hashCount == 6)
    }

    @Test("the codes of this step and of the ones beside it are right, others not", arguments: -3...3)
    func window(_ offset: Int64) throws {
        let isNear = (-1...1).contains(offset)
        #expect(
            try logIn(code(at: Self.now + 30 * offset)) == (isNear ? TestServer.user : "credentialsWrong"))
    }

    @Test("a code serves once, and who comes again is told when there is another; not after an earlier one, either")
    func once() throws {
        #expect(try logIn(code()) == TestServer.user)
        #expect(try logIn(code(), at: Self.now + 12) == "oneTimeCodeUsed 18")
        #expect(try logIn(code(at: Self.now - 30)) == "oneTimeCodeUsed 30")
        #expect(try logIn(code(), password: "wrong") == "credentialsWrong")
        #expect(try logIn(code(at: Self.now + 30), at: Self.now + 30) == TestServer.user)
    }

    @Test("nor after a restart, or in a server that was restored from its files")
    func restart() throws {
        #expect(try logIn(code()) == TestServer.user)
        let other = try Self.gate(accounts, scratch)
        #expect(try logIn(code(), by: other) == "oneTimeCodeUsed 30")
        #expect(try scratch.permissions(of: "own/used-codes/\(TestServer.user)") == 0o600)
    }

    @Test("of several who come at once with the same code one gets in")
    func atOnce() async throws {
        let code = try code()
        let answers = await withTaskGroup(of: String.self) { group in
            for _ in 0..<6 { group.addTask { self.logIn(code) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.filter { $0 == TestServer.user }.count == 1)
        #expect(answers.filter { $0 == "oneTimeCodeUsed 30" }.count == 5)
    }

    @Test("nobody is let in by a code that can't be noted as used")
    func unnoted() throws {
        let codes = OneTimeCodes()
        let nowhere = LoginGate(
            accounts: accounts, verified: try VerifiedLogins(), codes: codes, tokens: LoginTokens(lifetime: 60),
            simultaneous: 1, patience: 30)
        #expect(try logIn(code(), by: nowhere) == "storageFailed 60")
    }

    @Test("who guesses codes soon gets no further ones looked at, until the next step")
    func guesses() throws {
        for number in 0..<CodeGuesses.perStep {
            #expect(logIn(Credential(Array(String(100_000 + number).utf8))) == "credentialsWrong")
        }
        #expect(try logIn(code()) == "credentialsWrong")
        #expect(try logIn(code(at: Self.now + 30), at: Self.now + 30) == TestServer.user)
    }

    @Test("further requests go by the code that was right, from there only, and with the password only")
    func requests() throws {
        let code = try code()
        #expect(logIn(code, way: .request) == TestServer.user)
        #expect(logIn(code, at: Self.now + 3600, way: .request) == TestServer.user)
        #expect(accounts.hashCount == 1)
        #expect(logIn(code, way: .request, from: AddressGroup([10, 0, 9, 1])) == "oneTimeCodeUsed 30")
        #expect(logIn(code, password: "wrong", way: .request) == "credentialsWrong")
        #expect(logIn(code) == "oneTimeCodeUsed 30")
    }

    @Test("where there is no field for it, the code stands at the end of the password; for requests only")
    func appended() throws {
        let both = TestServer.password + String(decoding: try code().bytes, as: UTF8.self)
        #expect(logIn(Credential([]), password: both) == "credentialsWrong")
        #expect(logIn(Credential([]), password: both, way: .request) == TestServer.user)
        #expect(logIn(Credential([]), way: .request) == "credentialsWrong")
    }

    @Test("a login ends where the seed is another")
    func changed() throws {
        let number: UInt64 = 1
        let applicant = LoginGate.Applicant(number: number, group: Self.home, isToEnd: { false }, hasLeft: { false })
        let password = Credential(Array(TestServer.password.utf8))
        let attempt = LoginAttempt(user: TestServer.user, password: password, code: try code())
        let login = try #require(try gate.decide(attempt, of: applicant, at: Self.now)?.get())
        #expect(gate.objection(to: login) == nil)
        try scratch.write(scratch.text(of: "users").replacing("totp=", with: "totp=AA"), to: "users")
        #expect(gate.objection(to: login) == .seedChanged)
    }
}
