import Domain
import Testing
import Wire

@testable import DeviceFace

/// The rules of uploads, queries and logins: docs/PROTOCOL.md, sections 7 and 8.
@Suite struct SessionRulesTests {
    private func ready(maxOpenUploads: UInt16 = 4) throws -> SessionState {
        try SessionPhase.ready.make(maxOpenUploads: maxOpenUploads)
    }

    private func finish(_ upload: UInt32) throws -> ClientMessage {
        .finish(upload: upload, Finish(digest: try Fixture.digest))
    }

    // MARK: Versions and logins

    @Test("a client without a version in common is told so")
    func version() throws {
        var state = SessionState(maxOpenUploads: 4)
        let actions = try state.hear(.hello(Hello(oldestVersion: 3, newestVersion: 9, software: "test")))
        #expect(actions.closing == .versionUnsupported)
        #expect(!state.allows(.authenticate))
    }

    @Test("a client that also speaks later versions is welcome")
    func laterVersion() throws {
        var state = SessionState(maxOpenUploads: 4)
        let actions = try state.hear(.hello(Hello(oldestVersion: 1, newestVersion: 200, software: "test")))
        #expect(actions == [.send(.welcome(try Fixture.welcome))])
    }

    /// A session of the first version, or the second, after `welcome`.
    private func greeted(_ version: UInt8) throws -> SessionState {
        var state = SessionState(maxOpenUploads: 4)
        let actions = try state.hear(.hello(Hello(newestVersion: version, software: "test")))
        #expect(actions == [.send(.welcome(try Fixture.welcome.speaking(version)))])
        return state
    }

    @Test("a challenge comes once, before the login, in the second version only")
    func challenge() throws {
        let challenge = ClientMessage.challenge(Challenge(nonce: try Fixture.nonce))
        var old = try greeted(1)
        #expect(!old.allows(.challenge))
        #expect(try old.hear(challenge).closing == .protocolViolation)
        var state = try greeted(2)
        #expect(state.nonce == nil)
        #expect(try state.hear(challenge).isEmpty)
        #expect(try state.nonce == Fixture.nonce)
        #expect(!state.allows(.challenge))
        var again = state
        #expect(try again.hear(challenge).closing == .protocolViolation)
        _ = try state.hear(.authenticate(Fixture.login))
        _ = state.loginDecided(.success(try Granted()))
        #expect(try state.nonce == Fixture.nonce)
        #expect(try state.hear(challenge).closing == .protocolViolation)
    }

    @Test("who tries a token may log in by password still, once; in the first version not")
    func afterToken() throws {
        let token = ClientMessage.reauthenticate(try Reauthenticate(token: Credential([1])))
        var old = try greeted(1)
        let refusal = Refusal(status: .credentialsWrong, text: "no")
        _ = try old.hear(token)
        #expect(old.loginDecided(.failure(refusal)) == [.send(.denied(refusal)), .close(nil)])
        var state = try greeted(2)
        _ = try state.hear(token)
        #expect(state.loginDecided(.failure(refusal)) == [.send(.denied(refusal))])
        #expect(!state.allows(.reauthenticate))
        var again = state
        #expect(try again.hear(token).closing == .protocolViolation)
        #expect(try state.hear(.authenticate(Fixture.login)) == [.verify(Fixture.login)])
        #expect(state.loginDecided(.failure(refusal)) == [.send(.denied(refusal)), .close(nil)])
    }

    @Test("a token that counts lets in as a password does")
    func byToken() throws {
        var state = try greeted(2)
        let login = try Reauthenticate(token: Credential([1]))
        #expect(try state.hear(.reauthenticate(login)) == [.verifyToken(login)])
        #expect(FrameType.allCases.filter(state.allows).isEmpty)
        #expect(state.loginDecided(.success(try Granted())).count == 1 && state.allows(.offer))
    }

    @Test("a login that is denied ends the session, and a late verdict changes nothing")
    func denied() throws {
        var state = try SessionPhase.verifying.make()
        let refusal = Refusal(status: .credentialsWrong, text: "no")
        let actions = state.loginDecided(.failure(refusal))
        #expect(actions == [.send(.denied(refusal)), .close(nil)])
        #expect(state.loginDecided(.success(try Granted())).isEmpty)
        #expect(FrameType.allCases.filter(state.allows).isEmpty)
        #expect(try state.hear(.authenticate(Fixture.login)).isEmpty)
    }

    @Test("a verdict without a question grants nothing", arguments: [SessionPhase.greeting, .anonymous, .closed])
    func verdictUnasked(_ phase: SessionPhase) throws {
        var state = try phase.make()
        #expect(state.loginDecided(.success(try Granted())).isEmpty)
        #expect(!state.allows(.offer))
    }

    // MARK: Numbers

    @Test("numbers strictly increase, whatever became of the earlier ones", arguments: [UInt32(1), 4, 5])
    func numbersIncrease(_ next: UInt32) throws {
        var state = try ready()
        _ = try state.hear(.offer(upload: 5, Fixture.offer()))
        #expect(try state.hear(.offer(upload: next, Fixture.offer())).closing == .protocolViolation)
    }

    @Test("offers and queries share one sequence, gaps and the greatest number included")
    func gaps() throws {
        var state = try ready()
        #expect(try !state.hear(.offer(upload: 7, Fixture.offer())).closes)
        #expect(try !state.hear(.query(upload: 1000, Fixture.query())).closes)
        #expect(try !state.hear(.offer(upload: .max, Fixture.offer())).closes)
        #expect(try state.hear(.query(upload: 1001, Fixture.query())).closing == .protocolViolation)
    }

    @Test("a number that was refused is used up")
    func refusedNumber() throws {
        var state = try ready()
        #expect(try state.hear(.offer(upload: 1, Fixture.offer(path: "../x"))).refusals == [.pathInvalid])
        #expect(try state.hear(.offer(upload: 1, Fixture.offer())).closing == .protocolViolation)
    }

    // MARK: Paths

    @Test(
        "a bad path refuses its upload or query, not the connection",
        arguments: ["/abs", "a//b", "a/", "..", "a/../b", ".auto-upload/x", "x/.AUTO-UPLOAD-store", "a\0b"])
    func badPath(_ path: String) throws {
        var state = try ready()
        #expect(try state.hear(.offer(upload: 1, Fixture.offer(path: path))).refusals == [.pathInvalid])
        #expect(try state.hear(.query(upload: 2, Fixture.query(path: path))).refusals == [.pathInvalid])
        #expect(state.receiveData(upload: 1, length: 5) == (.drop, []))
        #expect(try state.hear(finish(1)).isEmpty)
        #expect(try state.hear(.abandon(upload: 1)).isEmpty)
        #expect(try !state.hear(.offer(upload: 3, Fixture.offer())).closes)
    }

    // MARK: Data

    @Test("what was declared is taken, whole or in parts, and committed once")
    func wholeUpload() throws {
        var state = try ready()
        _ = try state.hear(.offer(upload: 1, Fixture.offer(size: 10)))
        #expect(state.receiveData(upload: 1, length: 4) == (.append, []))
        #expect(state.receiveData(upload: 1, length: 6) == (.append, []))
        #expect(try state.hear(finish(1)) == [.commit(upload: 1, Fixture.digest)])
    }

    @Test("an upload of no bytes needs no data")
    func emptyUpload() throws {
        var state = try ready()
        _ = try state.hear(.offer(upload: 1, Fixture.offer(size: 0)))
        #expect(try state.hear(finish(1)) == [.commit(upload: 1, Fixture.digest)])
    }

    @Test("one byte too many discards the upload; what is still under way is dropped", arguments: [UInt64(0), 9, 10])
    func overrun(_ size: UInt64) throws {
        var state = try ready()
        _ = try state.hear(.offer(upload: 1, Fixture.offer(size: size)))
        let (decision, actions) = state.receiveData(upload: 1, length: UInt32(size) + 1)
        #expect(decision == .drop)
        #expect(actions.contains(.discard(upload: 1)))
        #expect(actions.refusals == [.lengthMismatch])
        #expect(state.receiveData(upload: 1, length: 1) == (.drop, []))
        #expect(try state.hear(finish(1)).isEmpty)
    }

    @Test("the greatest size and the greatest frame don't overflow")
    func hugeSizes() throws {
        var state = try ready()
        _ = try state.hear(.offer(upload: 1, Fixture.offer(size: UInt64(Int64.max))))
        state.resumed(upload: 1, at: UInt64(Int64.max) - 1)
        #expect(state.receiveData(upload: 1, length: .max).0 == .drop)
        state.resumed(upload: 1, at: .max)
    }

    @Test("too few bytes discard the upload", arguments: [UInt32(0), 9])
    func underrun(_ sent: UInt32) throws {
        var state = try ready()
        _ = try state.hear(.offer(upload: 1, Fixture.offer(size: 10)))
        if sent > 0 { _ = state.receiveData(upload: 1, length: sent) }
        let actions = try state.hear(finish(1))
        #expect(actions.contains(.discard(upload: 1)))
        #expect(actions.refusals == [.lengthMismatch])
        #expect(try state.hear(finish(1)).isEmpty)
    }

    @Test("data and a second finish after finish are violations while the answer is due, and dropped after it")
    func afterFinish() throws {
        func finished() throws -> SessionState {
            var state = try ready()
            _ = try state.hear(.offer(upload: 1, Fixture.offer(size: 0)))
            _ = try state.hear(finish(1))
            return state
        }
        var state = try finished()
        #expect(try state.hear(finish(1)).closing == .protocolViolation)
        state = try finished()
        if case .close(let refusal) = state.receiveData(upload: 1, length: 1).0 {
            #expect(refusal.status == .protocolViolation)
        } else {
            Issue.record("data after finish was taken")
        }
        state = try finished()
        state.uploadEnded(1)
        #expect(try state.hear(finish(1)).isEmpty)
        #expect(state.receiveData(upload: 1, length: 1) == (.drop, []))
    }

    @Test("abandon discards what came, and is ignored after finish and after the end")
    func abandon() throws {
        var state = try ready()
        _ = try state.hear(.offer(upload: 1, Fixture.offer(size: 10)))
        #expect(try state.hear(.abandon(upload: 1)) == [.discard(upload: 1)])
        #expect(try state.hear(.abandon(upload: 1)).isEmpty)
        #expect(state.receiveData(upload: 1, length: 10) == (.drop, []))
        #expect(try state.hear(finish(1)).isEmpty)
        _ = try state.hear(.offer(upload: 2, Fixture.offer(size: 0)))
        _ = try state.hear(finish(2))
        #expect(try state.hear(.abandon(upload: 2)).isEmpty)
    }

    @Test("what was never offered can't be continued, finished or abandoned")
    func neverOffered() throws {
        var state = try ready()
        _ = try state.hear(.offer(upload: 5, Fixture.offer()))
        // A gap in the sequence counts as over.
        #expect(try state.hear(finish(4)).isEmpty)
        #expect(try state.hear(.abandon(upload: 3)).isEmpty)
        #expect(state.receiveData(upload: 2, length: 7) == (.drop, []))
        #expect(try state.hear(.abandon(upload: 6)).closing == .protocolViolation)
        state = try ready()
        #expect(try state.hear(finish(1)).closing == .protocolViolation)
    }

    // MARK: Queries

    @Test("a query takes no data and no finish; abandon leaves it")
    func queryIsNoUpload() throws {
        var state = try ready()
        _ = try state.hear(.query(upload: 1, Fixture.query(size: 10)))
        #expect(try state.hear(.abandon(upload: 1)).isEmpty)
        var copy = state
        if case .close = copy.receiveData(upload: 1, length: 1).0 {} else { Issue.record("a query took data") }
        #expect(try state.hear(finish(1)).closing == .protocolViolation)
    }

    // MARK: How many

    @Test("one more than may be unanswered is refused, and there is room again after each end")
    func tooMany() throws {
        var state = try ready(maxOpenUploads: 2)
        _ = try state.hear(.offer(upload: 1, Fixture.offer(size: 0)))
        _ = try state.hear(.query(upload: 2, Fixture.query()))
        #expect(try state.hear(.offer(upload: 3, Fixture.offer())).refusals == [.tooManyUploads])
        #expect(try state.hear(.query(upload: 4, Fixture.query())).refusals == [.tooManyUploads])
        #expect(state.receiveData(upload: 3, length: 10) == (.drop, []))
        _ = try state.hear(finish(1))
        #expect(try state.hear(.offer(upload: 5, Fixture.offer())).refusals == [.tooManyUploads])
        state.uploadEnded(2)
        #expect(try state.hear(.offer(upload: 6, Fixture.offer())).refusals.isEmpty)
        #expect(try state.hear(.offer(upload: 7, Fixture.offer())).refusals == [.tooManyUploads])
        _ = try state.hear(.abandon(upload: 6))
        #expect(try state.hear(.offer(upload: 8, Fixture.offer())).refusals.isEmpty)
    }

    // MARK: Resuming

    @Test("a resumed upload counts from its offset, and an offset beyond the size counts for nothing")
    func resumed() throws {
        var state = try ready()
        _ = try state.hear(.offer(upload: 1, Fixture.offer(size: 10, fresh: false)))
        state.resumed(upload: 1, at: 6)
        #expect(state.receiveData(upload: 1, length: 4) == (.append, []))
        #expect(try state.hear(finish(1)) == [.commit(upload: 1, Fixture.digest)])
        _ = try state.hear(.offer(upload: 2, Fixture.offer(size: 10, fresh: false)))
        state.resumed(upload: 2, at: 11)
        #expect(state.receiveData(upload: 2, length: 10) == (.append, []))
    }
}
