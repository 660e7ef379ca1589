import Accounts
import Domain
import Platform
import TestSupport
import Testing
import Transport

@testable import Connections
@testable import Logins
@testable import Storage

/// What the password check does, and for whom.
@Suite struct LoginGateTests {
    private let accounts: AccountDirectory
    private let gate: LoginGate
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("gate")
        accounts = try AccountDirectory(path: scratch.write(TestUsers.file.get(), to: "users"), patience: 600) { _ in }
        gate = LoginGate(
            accounts: accounts, verified: try VerifiedLogins(), codes: OneTimeCodes(),
            tokens: LoginTokens(lifetime: 60), simultaneous: 1, patience: 30)
    }

    private func decide(
        _ password: String, user: String = TestServer.user, number: UInt64 = 1, hasLeft: Bool
    ) -> Result<Login, LoginDenial>? {
        let applicant = LoginGate.Applicant(
            number: number, group: AddressGroup([10, 0, 0, 1]), isToEnd: { false }, hasLeft: { hasLeft })
        let login = LoginAttempt(user: user, password: Credential(Array(password.utf8)))
        return gate.decide(login, of: applicant)
    }

    @Test("no hash is computed for who has gone meanwhile, and the turn is the next one's")
    func gone() {
        for number in 1...50 { #expect(decide("wrong", number: UInt64(number), hasLeft: true) == nil) }
        #expect(accounts.hashCount == 0)
        #expect(decide("wrong", hasLeft: false)?.failure?.refusal.status == .credentialsWrong)
        #expect(accounts.hashCount == 1)
        #expect(decide(TestServer.password, hasLeft: false)?.success?.user.text == TestServer.user)
    }

    @Test("a wrong password costs a hash and has the same answer, whether the user is there, locked or unknown")
    func samePath() throws {
        let line = try scratch.text(of: "users")
        try scratch.write(
            line + line.replacing("\(TestServer.user):", with: "other:").replacing("\n", with: ":locked=y\n"),
            to: "users")
        let denials = [TestServer.user, "other", "nobody", "no such name"].map { user in
            let before = accounts.hashCount
            let denial = decide("wrong", user: user, hasLeft: false)?.failure
            #expect(accounts.hashCount == before + 1, "\(user)")
            return denial
        }
        #expect(denials.allSatisfy { $0 == .wrong() })
        // Only who could log in otherwise learns of the lock.
        #expect(decide(TestServer.password, user: "other", hasLeft: false)?.failure == .locked)
        #expect(decide(TestServer.password, hasLeft: false)?.success != nil)
    }

    @Test("a login stands as long as its line has the hash")
    func standing() throws {
        let login = try #require(decide(TestServer.password, hasLeft: false)?.success)
        #expect(gate.objection(to: login) == nil)
        let line = try scratch.text(of: "users")
        try scratch.write(line.replacing("\n", with: ":quota=1G\n"), to: "users")
        #expect(gate.objection(to: login) == nil)
        try scratch.write(line.replacing("\n", with: ":prefix=a\n"), to: "users")
        #expect(gate.objection(to: login) == .prefixChanged)
        try scratch.write(line.replacing(":$argon2id", with: "x:$argon2id"), to: "users")
        #expect(gate.objection(to: login) == .userRemoved)
        try scratch.write(line.replacing("\n", with: ":locked=y\n"), to: "users")
        #expect(gate.objection(to: login) == .userLocked)
        try scratch.write(line.replacing("p=1$", with: "p=1$AAAA"), to: "users")
        #expect(gate.objection(to: login) == .passwordChanged)
    }

    @Test("what stands for names that aren't there outlives the process")
    func decoys() throws {
        let own = try Directory.open(path: scratch.makeFolder("own"))
        let first = try DecoyKey.load(in: own).hash(of: [[1]])
        #expect(try DecoyKey.load(in: own).hash(of: [[1]]) == first && first != nil)
        #expect(try scratch.permissions(of: "own/decoy-key") == 0o600)
        try scratch.write("short", to: "own/decoy-key")
        let second = try DecoyKey.load(in: own).hash(of: [[1]])
        #expect(second != first)
        #expect(try DecoyKey.load(in: own).hash(of: [[1]]) == second)
    }
}

extension Result {
    fileprivate var success: Success? { try? get() }
    fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
