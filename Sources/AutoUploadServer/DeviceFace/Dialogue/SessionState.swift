import Domain
import Wire

/// A session as a pure state machine: which message is allowed when, and what follows. No clock, no socket, no disk.
/// The rules are those of docs/PROTOCOL.md, "Session".
struct SessionState {
    private enum Phase: Hashable {
        case greeting
        case anonymous
        case verifying
        case ready
        case closed
    }

    private struct OpenUpload {
        let size: UInt64
        var received: UInt64
        /// Set by `finish`: nothing but the answer may follow.
        var isFinished = false
    }

    private let maxOpenUploads: Int
    private var phase = Phase.greeting
    /// What both sides speak; none before `hello`.
    private var version: UInt8 = 0
    /// What the client wants its receipts to be signed over; nil when it hasn't said.
    private(set) var nonce: ReceiptNonce?
    private var hasTriedToken = false
    /// Whether what is being verified is a token.
    private var verifiesToken = false
    private var open: [UInt32: OpenUpload] = [:]
    /// Numbers strictly increase, so one number tells the ones that were used from those that never were.
    private var highest: UInt32 = 0

    init(maxOpenUploads: UInt16) {
        self.maxOpenUploads = Int(maxOpenUploads)
    }

    /// Whether a frame of this type may come now: asked before its payload is taken.
    func allows(_ type: FrameType) -> Bool {
        switch phase {
        case .greeting: type == .hello || type == .goodbye
        case .anonymous: isPartOfLogin(type)
        case .ready: type.isFromClient && (!type.isAllowedBeforeLogin || type == .ping || type == .goodbye)
        case .verifying, .closed: false
        }
    }

    private func isPartOfLogin(_ type: FrameType) -> Bool {
        switch type {
        case .challenge: mayChallenge
        case .reauthenticate: !hasTriedToken
        default: type != .hello && type.isFromClient && type.isAllowedBeforeLogin
        }
    }

    private var mayChallenge: Bool { speaksSecondVersion && nonce == nil }

    /// Whether the client knows what came with the second version of the protocol.
    var speaksSecondVersion: Bool { version >= ProtocolLimits.firstWithChallenge }
}

// MARK: - Messages

extension SessionState {
    /// Takes a message.
    ///
    /// - Parameter welcome: what `hello` is answered with; the state machine knows no clock.
    mutating func receive(_ message: ClientMessage, welcome: Welcome) -> [SessionAction] {
        switch (phase, message) {
        case (.closed, _): return []
        case (_, .goodbye): return end(nil)
        case (.anonymous, .challenge(let challenge)) where mayChallenge:
            nonce = challenge.nonce
            return []
        case (.greeting, .hello(let hello)): return greet(hello, welcome)
        case (.anonymous, .authenticate(let login)):
            (phase, verifiesToken) = (.verifying, false)
            return [.verify(login)]
        case (.anonymous, .reauthenticate(let login)) where !hasTriedToken:
            (phase, verifiesToken, hasTriedToken) = (.verifying, true, true)
            return [.verifyToken(login)]
        case (.anonymous, .ping(let ping)), (.ready, .ping(let ping)): return [.send(.pong(ping))]
        case (.ready, .offer(let upload, let offer)): return receive(offer, upload)
        case (.ready, .finish(let upload, let finish)): return receive(finish, upload)
        case (.ready, .abandon(let upload)): return abandon(upload)
        case (.ready, .query(let upload, let query)): return receive(query, upload)
        case (.greeting, _), (.anonymous, _), (.verifying, _), (.ready, _): return violation("message out of order")
        }
    }

    private mutating func greet(_ hello: Hello, _ welcome: Welcome) -> [SessionAction] {
        let ours = ProtocolLimits.versions
        guard let version = hello.commonVersion(supported: ours) else {
            let text = "this server speaks the versions \(ours.lowerBound) to \(ours.upperBound) only"
            return end(Refusal(status: .versionUnsupported, text: text))
        }
        self.version = version
        phase = .anonymous
        return [.send(.welcome(welcome.speaking(version)))]
    }

    private mutating func receive(_ offer: Offer, _ upload: UInt32) -> [SessionAction] {
        if let refused = claim(upload) { return refused }
        do throws(RemotePath.Flaw) {
            let path = try RemotePath(offer.path)
            open[upload] = OpenUpload(size: offer.size, received: 0)
            return [.begin(upload: upload, offer, path)]
        } catch {
            return [refuse(upload, .pathInvalid, error.description, path: offer.path)]
        }
    }

    private mutating func receive(_ query: Query, _ upload: UInt32) -> [SessionAction] {
        if let refused = claim(upload) { return refused }
        do throws(RemotePath.Flaw) {
            let path = try RemotePath(query.path)
            open[upload] = OpenUpload(size: query.size, received: query.size, isFinished: true)
            return [.look(upload: upload, query, path)]
        } catch {
            return [refuse(upload, .pathInvalid, error.description, path: query.path)]
        }
    }

    private mutating func receive(_ finish: Finish, _ upload: UInt32) -> [SessionAction] {
        guard let state = open[upload] else { return ignoreIfOver(upload) }
        if state.isFinished { return violation("finish came twice for upload \(upload)") }
        guard state.received == state.size else {
            open[upload] = nil
            let text = "\(state.size) bytes were declared, \(state.received) came"
            return [.discard(upload: upload), refuse(upload, .lengthMismatch, text)]
        }
        open[upload]?.isFinished = true
        return [.commit(upload: upload, finish.digest)]
    }

    private mutating func abandon(_ upload: UInt32) -> [SessionAction] {
        guard let state = open[upload] else { return ignoreIfOver(upload) }
        // Once finished it has been handed over; its answer comes anyway.
        if state.isFinished { return [] }
        open[upload] = nil
        return [.discard(upload: upload)]
    }
}

// MARK: - Data

extension SessionState {
    /// Decides about a `data` frame by its header.
    ///
    /// - Returns: what to do with the payload, and what to do before that.
    mutating func receiveData(upload: UInt32, length: UInt32) -> (DataDecision, [SessionAction]) {
        guard phase == .ready else { return endData("data isn't allowed now") }
        guard let state = open[upload] else {
            if upload <= highest { return (.drop, []) }
            return endData("data for upload \(upload), which was never offered")
        }
        if state.isFinished { return endData("data after finish for upload \(upload)") }
        guard UInt64(length) <= state.size - state.received else {
            open[upload] = nil
            let refused = refuse(upload, .lengthMismatch, "more bytes came than the \(state.size) that were declared")
            return (.drop, [.discard(upload: upload), refused])
        }
        open[upload]?.received += UInt64(length)
        return (.append, [])
    }

    /// The upload goes on from an offset that was received in an earlier connection.
    mutating func resumed(upload: UInt32, at offset: UInt64) {
        guard let state = open[upload], offset <= state.size else { return }
        open[upload]?.received = offset
    }

    /// The upload or query was answered, or could not be begun or gone on with.
    mutating func uploadEnded(_ upload: UInt32) {
        open[upload] = nil
    }
}

// MARK: - Login

extension SessionState {
    /// The password, or the token, was checked.
    mutating func loginDecided(_ answer: Result<Granted, Refusal>) -> [SessionAction] {
        guard phase == .verifying else { return [] }
        switch answer {
        case .success(let granted):
            phase = .ready
            return [.send(.granted(granted))]
        // Who tries a token first may still have the password.
        case .failure(let refusal) where verifiesToken && speaksSecondVersion:
            phase = .anonymous
            return [.send(.denied(refusal))]
        case .failure(let refusal): return deny(refusal)
        }
    }

    private mutating func deny(_ refusal: Refusal) -> [SessionAction] {
        phase = .closed
        return [.send(.denied(refusal)), .close(nil)]
    }
}

// MARK: - Refusals

extension SessionState {
    /// The frame can't be made sense of, or isn't allowed now.
    mutating func violation(_ reason: String) -> [SessionAction] {
        end(violationRefusal(reason))
    }

    private func violationRefusal(_ reason: String) -> Refusal {
        Refusal(status: .protocolViolation, text: reason)
    }

    private mutating func endData(_ reason: String) -> (DataDecision, [SessionAction]) {
        phase = .closed
        return (.close(violationRefusal(reason)), [])
    }

    private mutating func end(_ refusal: Refusal?) -> [SessionAction] {
        phase = .closed
        return [.close(refusal)]
    }

    /// Takes a new number into use.
    ///
    /// - Returns: what to do instead when it can't be used.
    private mutating func claim(_ upload: UInt32) -> [SessionAction]? {
        guard upload > highest else { return violation("upload number \(upload) isn't above \(highest)") }
        highest = upload
        if open.count < maxOpenUploads { return nil }
        return [refuse(upload, .tooManyUploads, "at most \(maxOpenUploads) uploads may be unanswered at a time")]
    }

    private mutating func ignoreIfOver(_ upload: UInt32) -> [SessionAction] {
        upload <= highest ? [] : violation("upload \(upload) was never offered")
    }

    private func refuse(
        _ upload: UInt32, _ status: Status, _ text: String, path: [UInt8] = []
    ) -> SessionAction {
        .refuse(upload: upload, path: path, Refusal(status: status, text: text))
    }
}
