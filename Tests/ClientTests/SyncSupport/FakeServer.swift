import Domain
import Platform
import TestSupport
import Transport
import Wire

/// A server in this process: the real protocol over real TLS, without a disk, and as dishonest as a test wishes.
///
/// It serves one connection after the other. What a client says goes to the script, which says what is answered.
final class FakeServer: Sendable {
    /// What a client has said. Of data only the length is told; the server has hashed it.
    enum Heard: Hashable, Sendable {
        case message(ClientMessage)
        case data(upload: UInt32, length: Int)
    }

    enum Answer: Hashable, Sendable {
        case send(ServerMessage)
        /// A frame that only clients send.
        case clientsFrame
        /// Ends the connection without a word.
        case hangUp
        /// From now on nothing of the client arrives, and nothing tells it so.
        case vanish
    }

    /// - honest: what an honest server would answer.
    typealias Script = @Sendable (_ heard: Heard, _ honest: [Answer], _ session: FakeSession) throws -> [Answer]

    let port: UInt16
    private let listener: Listener
    private let context: TLSContext
    private let script: Script
    private let welcome: Welcome
    private let signer: ReceiptSigner?
    private let heard = Monitor<[Heard]>([])

    init(
        _ certificates: TestCertificates.Files, maxOpenUploads: UInt16 = 64, signer: ReceiptSigner? = nil,
        predecessors: [ReceiptPredecessor] = [], version: UInt8 = 2,
        serverTime: Int64 = 0, script: @escaping Script = { _, honest, _ in honest }
    ) throws {
        context = try TLSContext(
            certificateChain: certificates.chain, privateKey: certificates.key, minimum: .tls13)
        listener = try Listener(on: try resolve(host: "127.0.0.1", port: 0, passive: true)[0])
        port = listener.address.port
        welcome = try Welcome(
            version: version, software: "fake/1", maxPayload: 65_536, maxOpenUploads: maxOpenUploads,
            serverTime: serverTime,
            receiptKey: signer?.key, predecessors: predecessors)
        self.signer = signer
        self.script = script
        let (listener, context) = (listener, context)
        try Thread.detach { [weak self] in
            // Ends with the server itself: no test waits for it.
            while self != nil {
                guard let socket = try? listener.accept(until: .after(seconds: 0.2)) else { continue }
                self?.serve(socket, context)
            }
        }
    }

    /// What was heard in all connections, in its order.
    var everythingHeard: [Heard] { heard.withLock { $0 } }

    /// Whether something is heard, now or soon: a client doesn't wait for what it needs no answer to.
    func hears(_ isWanted: (Heard) -> Bool) -> Bool {
        let deadline = Deadline.after(seconds: 60)
        while !deadline.hasPassed {
            if everythingHeard.contains(where: isWanted) { return true }
            Thread.sleep(seconds: 0.005)
        }
        return false
    }

    var offers: [Offer] {
        everythingHeard.compactMap { if case .message(.offer(_, let offer)) = $0 { offer } else { nil } }
    }

    var queries: [Query] {
        everythingHeard.compactMap { if case .message(.query(_, let query)) = $0 { query } else { nil } }
    }

    private func serve(_ socket: consuming Socket, _ context: TLSContext) {
        do {
            let descriptor = socket.rawDescriptor
            let session = try TLSSession(accepting: socket, context: context)
            try session.handshake(until: .after(seconds: 60))
            var link = MessageLink(session, dataLimit: 65_536)
            try converse(on: &link, descriptor)
            link.close()
        } catch {
            // The client has gone, or a script has thrown: the connection ends, as it would in the field.
        }
    }

    private func converse(on link: inout MessageLink, _ descriptor: CInt) throws {
        let session = FakeSession(welcome: welcome, signer)
        // Of a whole conversation, in which tens of megabytes may come.
        let deadline = Deadline.after(seconds: 300)
        while let header = try link.nextHeader(until: deadline) {
            let message = try hear(header, session, &link, deadline)
            heard.withLock { $0.append(message) }
            for answer in try script(message, try session.answer(to: message), session) {
                switch answer {
                case .send(let message): link.queue(message)
                case .clientsFrame: link.queue(ClientMessage.goodbye)
                case .hangUp: return try link.flush(until: deadline)
                case .vanish: try Vanishing.begin(on: descriptor)
                }
            }
            try link.flush(until: deadline)
        }
    }

    private func hear(
        _ header: FrameHeader, _ session: FakeSession, _ link: inout MessageLink, _ deadline: Deadline
    ) throws -> Heard {
        guard header.type == .data else {
            return .message(
                try link.withPayload(of: header, until: deadline) { payload throws(WireError) in
                    try ClientMessage(header: header, payload: payload)
                })
        }
        var remaining = Int(header.length)
        while remaining > 0 {
            try link.withDataChunk(remaining: &remaining, until: deadline) { session.take($0, of: header.upload) }
        }
        return .data(upload: header.upload, length: Int(header.length))
    }
}

/// What an honest server knows in one connection.
final class FakeSession {
    final class Upload {
        let offer: Offer
        /// Nil once it is finished.
        var hasher: ContentHasher? = ContentHasher()
        var received: UInt64 = 0
        /// Of what came in this connection, once it is finished.
        var digest: ContentDigest?

        init(_ offer: Offer) {
            self.offer = offer
        }
    }

    private let welcome: Welcome
    private(set) var uploads: [UInt32: Upload] = [:]

    private let signer: ReceiptSigner?
    private(set) var user = ""
    private(set) var nonce: ReceiptNonce?

    init(welcome: Welcome, _ signer: ReceiptSigner?) {
        self.welcome = welcome
        self.signer = signer
    }

    func take(_ bytes: RawSpan, of upload: UInt32) {
        uploads[upload]?.hasher?.update(bytes)
        uploads[upload]?.received += UInt64(bytes.byteCount)
    }

    func answer(to heard: FakeServer.Heard) throws -> [FakeServer.Answer] {
        guard case .message(let message) = heard else { return [] }
        switch message {
        case .hello: return [.send(.welcome(welcome))]
        case .challenge(let challenge):
            nonce = challenge.nonce
            return []
        case .authenticate(let login):
            user = login.user
            return [.send(.granted(try Granted()))]
        case .offer(let number, let offer):
            uploads[number] = Upload(offer)
            return [.send(.proceed(upload: number, try Proceed(durableOffset: 0)))]
        case .finish(let number, let finish): return [.send(try stored(number, finish))]
        case .query(let number, let query):
            let confirmation = try confirmation(number, query.size, query.digest, query.path)
            return [.send(.present(upload: number, confirmation))]
        case .ping(let ping): return [.send(.pong(ping))]
        case .goodbye: return [.hangUp]
        case .reauthenticate, .abandon: return []
        }
    }

    private func stored(_ number: UInt32, _ finish: Finish) throws -> ServerMessage {
        let upload = uploads[number]
        upload?.digest = upload?.hasher.take()?.finalize()
        guard let upload, let digest = upload.digest, digest == finish.digest else {
            return .refused(upload: number, Refusal(status: .digestMismatch, text: "not the same"))
        }
        let confirmation = try confirmation(number, upload.received, digest, upload.offer.path)
        return .stored(upload: number, confirmation, alreadyThere: false)
    }

    private func confirmation(
        _ number: UInt32, _ size: UInt64, _ digest: ContentDigest, _ path: [UInt8]
    ) throws -> Confirmation {
        let unsigned = try Confirmation(size: size, digest: digest, fileTag: try tag(number), path: RemotePath(path))
        return try signer.map { try unsigned.signed(by: $0, user: user, over: nonce) } ?? unsigned
    }

    /// Any but that of a file of the test.
    private func tag(_ number: UInt32) throws -> FileTag {
        FileTag(Array(repeating: UInt8(truncatingIfNeeded: number | 1), count: FileTag.byteCount)) ?? .unstated
    }
}

extension Confirmation {
    /// The same with a receipt.
    func signed(
        by signer: ReceiptSigner, user: String, over nonce: ReceiptNonce? = nil, time: Int64 = 1_700_000_000
    ) throws -> Confirmation {
        let statement = try ReceiptStatement(
            key: signer.key, user: user, path: path, size: size, digest: digest, time: time, nonce: nonce)
        let stamp = signer.sign(statement.bytes).map { ReceiptStamp(time: time, signature: $0) }
        return try Confirmation(size: size, digest: digest, fileTag: fileTag, path: path, receipt: stamp)
    }
}
