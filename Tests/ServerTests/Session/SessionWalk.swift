import Domain
import Wire

// The fuzz target compiles this file and the state machine together, without the module.
#if canImport(AutoUploadServer)
    @testable import DeviceFace
#endif

/// Steers a session by bytes that anybody chose, beside a simple model of what the rules allow, and says where they part.
struct SessionWalk {
    /// Why a walk failed.
    struct Failure: Error {
        let reason: String
    }

    private struct Upload {
        let size: UInt64
        var received: UInt64 = 0
        var isFinished = false
        let isQuery: Bool
    }

    static let maxOpenUploads = 3
    private var state = SessionState(maxOpenUploads: UInt16(maxOpenUploads))
    private var open: [UInt32: Upload] = [:]
    private var highest: UInt32 = 0
    private var isLoggedIn = false
    private var isVerifying = false
    private var isClosed = false
    /// How many of each the walk has led to: a walk that leads nowhere shows nothing.
    private(set) var commits = 0
    private(set) var violations = 0

    /// Takes three bytes a step: what to do, to which upload, how much.
    static func run(_ bytes: some Collection<UInt8>) throws(Failure) -> SessionWalk {
        var walk = SessionWalk()
        var rest = bytes[...]
        while rest.count >= 3, !walk.isClosed {
            let step = Array(rest.prefix(3))
            rest = rest.dropFirst(3)
            do {
                try walk.step(step[0], step[1], UInt64(step[2] % 16))
            } catch let failure as Failure {
                throw failure
            } catch {
                throw Failure(reason: "a fixture can't be made: \(error)")
            }
        }
        return walk
    }

    private mutating func step(_ choice: UInt8, _ which: UInt8, _ amount: UInt64) throws {
        let upload = known(which)
        let unfinished = known(which, open.filter { !$0.value.isFinished })
        if upload == 0 || unfinished == 0, (5...10).contains(choice % 16) { return }
        switch choice % 16 {
        // What ends a walk that has got somewhere is rare.
        case 0...1 where isLoggedIn && choice < 0xf0: break
        case 0: try hear(.hello(Hello(software: "walk")))
        case 1: try hear(.authenticate(Authenticate(user: "u", password: Credential([1]))))
        case 2: try decide(granted: amount > 0)
        case 3, 4: try hear(.offer(upload: new(which), try offer(size: amount, badPath: choice > 0xf0)))
        case 5: try data(choice < 0xe0 ? unfinished : upload, UInt32(amount + 1))
        case 6, 7: try data(unfinished, open[unfinished].map { UInt32(max(1, $0.size - $0.received)) } ?? 1)
        case 8 where open[unfinished].map { $0.received < $0.size } ?? false: break
        case 8, 9: try hear(.finish(upload: choice < 0xe0 ? unfinished : upload, Finish(digest: try digest())))
        case 10: try hear(.abandon(upload: upload))
        case 11: try hear(.query(upload: new(which), Query(size: amount, digest: try digest(), path: [0x71])))
        case 12, 13: end(upload)
        case 14: try hear(.ping(Ping(opaque: amount)))
        default:
            if choice == 0xff { try hear(.goodbye) }
            if choice == 0xdf {
                guard let nonce = ReceiptNonce([UInt8](repeating: 1, count: 32)) else { return }
                try hear(.challenge(Challenge(nonce: nonce)))
            }
            if choice == 0xef { try hear(.reauthenticate(Reauthenticate(token: Credential([1])))) }
        }
        try check(open.count <= Self.maxOpenUploads, "more uploads are open than may be")
    }

    /// Mostly the next number, now and then any.
    private mutating func new(_ which: UInt8) -> UInt32 {
        let upload = which < 0xf0 ? highest + 1 : UInt32(which % 24) + 1
        highest = max(highest, upload)
        return upload
    }

    /// Mostly the number of one of the open uploads, else one that is over; now and then any.
    private func known(_ which: UInt8, _ among: [UInt32: Upload]? = nil) -> UInt32 {
        let numbers = (among ?? open).keys.sorted()
        if which >= 0xf0 { return UInt32(which % 24) + 1 }
        if numbers.isEmpty { return highest == 0 ? 0 : (1...highest).first { open[$0] == nil } ?? highest }
        return numbers[Int(which) % numbers.count]
    }

    private func offer(size: UInt64, badPath: Bool) throws -> Offer {
        try Offer(
            uploadID: UploadID(high: 0, low: 0), size: size, modified: ModificationTime(seconds: 0, nanoseconds: 0),
            path: badPath ? [0x2f] : [0x70], isFresh: true)
    }

    private func digest() throws -> ContentDigest {
        guard let digest = ContentDigest([UInt8](repeating: 0, count: ContentDigest.byteCount)) else {
            throw Failure(reason: "no digest")
        }
        return digest
    }

    // MARK: What the session is told

    private mutating func hear(_ message: ClientMessage) throws {
        if isVerifying { return }
        let welcome = try Welcome(software: "walk", maxOpenUploads: UInt16(Self.maxOpenUploads), serverTime: 0)
        try follow(state.receive(message, welcome: welcome))
    }

    private mutating func decide(granted: Bool) throws {
        let wasAsked = isVerifying
        isVerifying = false
        if granted {
            let actions = state.loginDecided(.success(try Granted()))
            try check(actions.isEmpty != wasAsked, "a login was granted without a question, or not at all")
            if wasAsked { isLoggedIn = true }
        } else {
            let refusal = Refusal(status: .credentialsWrong, text: "")
            try follow(state.loginDecided(.failure(refusal)))
        }
    }

    private mutating func data(_ upload: UInt32, _ length: UInt32) throws {
        if isVerifying { return }
        let (decision, actions) = state.receiveData(upload: upload, length: length)
        try follow(actions)
        switch decision {
        case .append:
            guard var known = open[upload] else { throw Failure(reason: "data was taken for no upload") }
            known.received += UInt64(length)
            try check(isLoggedIn && !known.isQuery && !known.isFinished, "data was taken out of turn")
            try check(known.received <= known.size, "more data was taken than was declared")
            open[upload] = known
        case .drop: try check(isLoggedIn && open[upload] == nil, "data of an open upload was dropped")
        case .close:
            isClosed = true
            violations += 1
            try check(!state.allows(.ping) && !state.allows(.goodbye), "the session goes on after its end")
        }
    }

    /// The performer has answered.
    private mutating func end(_ upload: UInt32) {
        guard open[upload]?.isFinished == true else { return }
        open[upload] = nil
        state.uploadEnded(upload)
    }

    // MARK: What the session does

    private mutating func follow(_ actions: [SessionAction]) throws {
        for action in actions { try follow(action) }
    }

    private mutating func follow(_ action: SessionAction) throws {
        try check(!isClosed, "something follows the end")
        switch action {
        case .begin(let upload, let offer, _): try open(upload, Upload(size: offer.size, isQuery: false))
        case .look(let upload, let query, _):
            try open(upload, Upload(size: query.size, isFinished: true, isQuery: true))
        case .commit(let upload, _): try commit(upload)
        case .discard(let upload):
            try check(open[upload].map { !$0.isFinished } ?? false, "what isn't unfinished was discarded")
            open[upload] = nil
        case .refuse(let upload, _, _): try check(isLoggedIn && open[upload] == nil, "an open upload was refused")
        case .verify, .verifyToken: isVerifying = true
        case .send(.stored), .send(.present): throw Failure(reason: "the state machine confirmed something by itself")
        case .send: break
        case .close(let refusal):
            isClosed = true
            if refusal != nil { violations += 1 }
        }
    }

    private mutating func open(_ upload: UInt32, _ new: Upload) throws {
        try check(isLoggedIn, "an upload or query began before the login")
        try check(open[upload] == nil, "a number was used twice")
        open[upload] = new
    }

    private mutating func commit(_ upload: UInt32) throws {
        guard let known = open[upload] else { throw Failure(reason: "no upload was committed") }
        try check(isLoggedIn, "an upload was committed before the login")
        try check(!known.isFinished && !known.isQuery, "an upload was committed twice")
        try check(known.received == known.size, "an upload was committed that isn't whole")
        open[upload]?.isFinished = true
        commits += 1
    }

    private func check(_ condition: Bool, _ reason: String) throws {
        if !condition { throw Failure(reason: reason) }
    }
}
