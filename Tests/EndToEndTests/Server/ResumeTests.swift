import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// A large upload that is cut at nine tenths, in the ways in which that happens: little is sent again, and what is stored is
/// right.
@Suite("Resuming") struct ResumeTests {
    /// How an upload is cut.
    enum Cut: String, CaseIterable {
        /// The client's end of the connection goes.
        case disconnected
        /// The server is killed, and another one started.
        case killed
        /// The server is ended by SIGTERM, and another one started.
        case stopped
        /// The link is dead, and neither side knows; the client comes back over another.
        case halfOpen
    }

    /// Bytes that may have to be sent again.
    static let tolerance = 64 << 20

    @Test("cut at nine tenths, at most 64 MiB are sent again", arguments: Cut.allCases)
    func cut(_ kind: Cut) async throws {
        try await onThread { try Self.run(kind, size: 200 << 20) }
    }

    static func run(_ kind: Cut, size: Int) throws {
        let file = LargeUpload(size: size)
        let server = try TestServer()
        let first = try server.loggedIn()
        #expect(try file.begin(first) == 0)
        let end = size / 10 * 9
        try file.send(first, from: 0, upTo: end)
        let next: TestServer
        switch kind {
        case .disconnected:
            first.close()
            next = server
        case .killed:
            // What it has taken, it has: the bytes on their way don't count.
            try first.awaitPong()
            try server.kill()
            next = try TestServer(server.site)
        case .stopped:
            #expect(try server.stop().status == 0)
            next = try TestServer(server.site)
        case .halfOpen:
            try first.awaitPong()
            next = server
        }
        let second = try next.loggedIn()
        let offset = try file.begin(second)
        #expect(end - offset <= tolerance, "\(kind): goes on at \(offset) of \(end)")
        print("resume, \(kind.rawValue): \((end - offset) >> 10) KiB of \(end >> 10) KiB are sent again")
        try file.send(second, from: offset, upTo: size)
        try file.finish(second)
        guard case .stored(_, let confirmation, _) = try second.answer(seconds: 300) else {
            throw Failure("not stored")
        }
        let digest = try file.digest()
        #expect(confirmation.digest == digest)
        #expect(try next.site.stored() == ["large.mp4": digest.description])
        #expect(try next.site.partials() == [])
        if kind == .halfOpen {
            try first.send(data: [1], upload: 1)
            guard case .refused(_, let refusal) = try first.answer() else { throw Failure("not refused") }
            #expect(refusal.status == .takenOver)
        }
    }

    @Test("what is kept expires when it is told to, and an offer of other content under its id begins anew")
    func otherContent() throws {
        let server = try TestServer(options: ["--partial-expiry", "1"])
        let file = LargeUpload(size: 3 << 20)
        let first = try server.loggedIn()
        _ = try file.begin(first)
        try file.send(first, from: 0, upTo: 2 << 20)
        try first.awaitPong()
        #expect(try server.stop().status == 0)
        #expect(try server.site.partials().count == 2)
        for name in try server.site.partials() where name.hasSuffix(".record") {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -86_500)],
                ofItemAtPath: server.site.storage + "/.auto-upload/partial/" + name)
        }
        let next = try TestServer(server.site, options: ["--partial-expiry", "1"])
        #expect(try next.site.partials() == [])
        let second = try next.loggedIn()
        #expect(try file.begin(second) == 0)
        try file.send(second, from: 0, upTo: 2 << 20)
        second.close()
        _ = try next.logLine(with: " parked ")
        let stranger = try next.loggedIn(Fixtures.otherUser, Fixtures.otherPassword)
        #expect(try file.begin(stranger) == 0)
        let changed = LargeUpload(size: (3 << 20) + 1, id: file.id)
        let third = try next.loggedIn()
        #expect(try changed.begin(third) == 0)
    }
}

/// A file whose bytes are made when they are sent.
struct LargeUpload: Sendable {
    let size: Int
    let id: UploadID
    let path: String

    private static let block = sample(1 << 20)

    init(size: Int, id: UploadID? = nil, path: String = "large.mp4") {
        self.size = size
        self.path = path
        self.id = id ?? UploadID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    }

    /// The bytes in a part of one block: a block differs from the others in its first eight bytes.
    private func bytes(_ range: Range<Int>) -> [UInt8] {
        let number = range.lowerBound >> 20
        let start = range.lowerBound & ((1 << 20) - 1)
        var bytes = Array(Self.block[start..<start + range.count])
        for index in 0..<8 where start <= index && index - start < bytes.count {
            bytes[index - start] = UInt8(truncatingIfNeeded: number >> (8 * index))
        }
        return bytes
    }

    /// Calls `body` with the bytes of a part, block by block.
    private func pieces(_ range: Range<Int>, _ body: ([UInt8]) throws -> Void) rethrows {
        var position = range.lowerBound
        while position < range.upperBound {
            let end = min(range.upperBound, ((position >> 20) + 1) << 20)
            try body(bytes(position..<end))
            position = end
        }
    }

    func offer() throws -> Offer {
        let modified = try ModificationTime(seconds: 1_700_000_000, nanoseconds: 0)
        return try Offer(
            uploadID: id, size: UInt64(size), modified: modified, path: Array(path.utf8), isFresh: false)
    }

    /// - Returns: the offset to go on from.
    func begin(_ client: ProtocolClient) throws -> Int {
        try resume(client).offset
    }

    /// - Returns: the upload's number, and the offset to go on from.
    func resume(_ client: ProtocolClient) throws -> (upload: UInt32, offset: Int) {
        let number = client.newUpload()
        try client.send(.offer(upload: number, offer()))
        guard case .proceed(number, let proceed) = try client.answer() else { throw Failure("no proceed") }
        return (number, Int(proceed.durableOffset))
    }

    func send(_ client: ProtocolClient, from start: Int, upTo end: Int, upload: UInt32 = 1) throws {
        try pieces(start..<end) { try client.send(data: $0, upload: upload) }
    }

    func finish(_ client: ProtocolClient, upload: UInt32 = 1) throws {
        try client.send(.finish(upload: upload, Finish(digest: digest())))
    }

    func digest() throws -> ContentDigest {
        var hasher = ContentHasher()
        pieces(0..<size) { hasher.update(unsafe $0.span.bytes) }
        guard let digest = hasher.finalize() else { throw Failure("no digest") }
        return digest
    }
}

extension ProtocolClient {
    /// Waits until the server has come to all that was sent.
    func awaitPong() throws {
        try send(.ping(Ping(opaque: 1)))
        guard case .pong = try answer(seconds: 120) else { throw Failure("no pong") }
    }
}
