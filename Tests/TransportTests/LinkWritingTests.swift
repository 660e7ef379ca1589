import Domain
import Glibc
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// What a link sends, to peers that read slowly, never, or not until they are read from.
@Suite struct LinkWritingTests {
    /// Answers of all sizes, whose sum is about so many bytes.
    private static func answers(bytes: Int) -> [ServerMessage] {
        var messages: [ServerMessage] = []
        var size = 0
        var number: UInt32 = 0
        while size < bytes {
            number += 1
            let text = String(repeating: "x", count: Int(number) % 500)
            messages.append(.refused(upload: number, Refusal(status: .busy, text: text)))
            size += FrameHeader.encodedSize + 8 + text.utf8.count
        }
        return messages
    }

    private static func encoded(_ messages: [ServerMessage]) -> [UInt8] {
        messages.reduce(into: []) { $1.encode(into: &$0) }
    }

    /// Small buffers in the system, so that a few hundred KiB are more than fit on the way.
    private static func shrinkBuffers(of socket: borrowing Socket) {
        var size: CInt = 128 * 1024
        for option in [SO_SNDBUF, SO_RCVBUF] {
            unsafe setsockopt(socket.rawDescriptor, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<CInt>.size))
        }
    }

    private static func server(
        _ body: @escaping @Sendable (inout MessageLink) throws -> String
    ) throws -> LoopbackPeer<String> {
        try LoopbackPeer { socket in
            shrinkBuffers(of: socket)
            let session = try TLSSession(accepting: socket, context: .testServer())
            try session.handshake(until: .after(seconds: 30))
            var link = MessageLink(session, dataLimit: 1 << 20)
            defer { link.close() }
            return try body(&link)
        }
    }

    private static func client(of peer: LoopbackPeer<String>) throws -> TLSSession {
        let socket = try peer.connect()
        shrinkBuffers(of: socket)
        let session = try TLSSession(connecting: socket, to: "127.0.0.1", context: .testClient())
        try session.handshake(until: .after(seconds: 30))
        return session
    }

    @Test("a slow reader gets everything, in order")
    func slowReader() throws {
        let messages = Self.answers(bytes: 2 << 20)
        let peer = try Self.server { link in
            for message in messages { link.queue(message) }
            try link.flush(until: .after(seconds: 30))
            return "\(link.queuedBytes) left"
        }
        let session = try Self.client(of: peer)
        let expected = Self.encoded(messages)
        var received: [UInt8] = []
        while received.count < expected.count {
            let part = try session.receive(min(3001, expected.count - received.count))
            if part.isEmpty { break }
            received += part
        }
        #expect(received == expected)
        #expect(try peer.value() == "0 left")
    }

    @Test("what was queued while a flush went on stays queued")
    func queues() throws {
        let peer = try Self.server { link in
            link.queue(.pong(Ping(opaque: 1)))
            try link.flush(until: .after(seconds: 30))
            link.queue(.pong(Ping(opaque: 2)))
            link.queue(.pong(Ping(opaque: 3)))
            let queued = link.queuedBytes
            try link.flush(until: .after(seconds: 30))
            try link.flush(until: .after(seconds: 30))
            return "\(queued)"
        }
        let session = try Self.client(of: peer)
        let expected = Self.encoded((1...3).map { .pong(Ping(opaque: $0)) })
        #expect(try session.receive(expected.count) == expected)
        #expect(try session.receive(1).isEmpty)
        #expect(try peer.value() == "40")
    }

    @Test("who never reads is given up at the deadline, and hears nothing of what was to follow the torn frame")
    func neverReads() throws {
        let messages = Self.answers(bytes: 4 << 20)
        let peer = try Self.server { link in
            for message in messages { link.queue(message) }
            var failures: [String] = []
            for _ in 0..<2 {
                do throws(LinkError) {
                    try link.flush(until: .after(seconds: 0.3))
                } catch {
                    failures.append(error.description)
                }
                link.queue(.closing(Refusal(status: .timedOut, text: "a word after the torn frame")))
            }
            return failures.joined(separator: ", ")
        }
        let session = try Self.client(of: peer)
        #expect(try peer.value() == "no answer in time, no answer in time")
        let received = (try? session.receive(.max)) ?? []
        let expected = Self.encoded(messages)
        #expect(received.count < expected.count)
        #expect(expected.starts(with: received))
    }

    @Test("a client that writes much reads meanwhile, so that both sides come to an end")
    func bothWrite() throws {
        let answers = Self.answers(bytes: 900_000)
        let peer = try Self.server { link in
            // Like the server, it reads nothing until its answers are out.
            for message in answers { link.queue(message) }
            try link.flush(until: .after(seconds: 30))
            var pings = 0
            while let header = try link.nextHeader(until: .after(seconds: 30)) {
                _ = try link.withPayload(of: header, until: .after(seconds: 30)) { payload throws(WireError) in
                    try ClientMessage(header: header, payload: payload)
                }
                pings += 1
            }
            return "\(pings)"
        }
        var link = MessageLink(try Self.client(of: peer), dataLimit: 1 << 20)
        for number in 0..<100_000 { link.queue(ClientMessage.ping(Ping(opaque: UInt64(number)))) }
        try link.flush(until: .after(seconds: 30))
        for answer in answers {
            let header = try #require(try link.nextHeader(until: .after(seconds: 30)))
            let message = try link.withPayload(of: header, until: .after(seconds: 30)) { payload throws(WireError) in
                try ServerMessage(header: header, payload: payload)
            }
            #expect(message == answer)
        }
        link.close()
        #expect(try peer.value() == "100000")
    }

    @Test("what has come while a client wrote is taken piece by piece, and no full buffer passes for the peer's end")
    func drained() throws {
        let answers = Self.answers(bytes: 900_000)
        let round = Monitor(0)
        let peer = try Self.server { link in
            // The second time once it has heard what the client wrote meanwhile.
            for _ in 0..<2 {
                round.change { $0 += 1 }
                for message in answers { link.queue(message) }
                try link.flush(until: .after(seconds: 30))
                while let header = try link.nextHeader(until: .after(seconds: 30)), header.type != .goodbye {
                    _ = try link.withPayload(of: header, until: .after(seconds: 30)) { payload throws(WireError) in
                        try ClientMessage(header: header, payload: payload)
                    }
                }
            }
            return "done"
        }
        var link = MessageLink(try Self.client(of: peer), dataLimit: 1 << 20)
        for number in 0..<50_000 { link.queue(ClientMessage.ping(Ping(opaque: UInt64(number)))) }
        link.queue(ClientMessage.goodbye)
        try link.flush(until: .after(seconds: 30))
        // The second round's first bytes come while nothing of the first one's was taken.
        _ = round.wait { $0 == 2 ? true : nil }
        Thread.sleep(seconds: 0.05)
        var received = 0
        let deadline = Deadline.after(seconds: 30)
        while received < 2 * answers.count, !deadline.hasPassed {
            let ended = link.hasEnded
            try #require(!ended, "after \(received) answers")
            guard let header = try link.nextHeaderIfAvailable() else { continue }
            let message = try link.withPayload(of: header, until: .after(seconds: 0)) { payload throws(WireError) in
                try ServerMessage(header: header, payload: payload)
            }
            #expect(message == answers[received % answers.count])
            received += 1
        }
        #expect(received == 2 * answers.count)
        link.queue(ClientMessage.goodbye)
        try link.flush(until: .after(seconds: 30))
        #expect(try peer.value() == "done")
    }

    @Test("a file goes out in frames of its bytes, up to its end", arguments: [0, 1, 65_536, 65_537, 300_000])
    func dataFrames(_ count: Int) throws {
        let scratch = try ScratchFolder("frames")
        let content = [UInt8].random(count, seed: 3)
        let path = try scratch.write(content, to: "file")
        let peer = try Self.server { link in
            var digest = ContentHasher()
            var frames = 0
            while let header = try link.nextHeader(until: .after(seconds: 30)), header.type == .data {
                frames += 1
                var remaining = Int(header.length)
                while remaining > 0 {
                    try link.withDataChunk(remaining: &remaining, until: .after(seconds: 30)) { digest.update($0) }
                }
            }
            return "\(frames) \(digest.finalize()?.description ?? "")"
        }
        var link = MessageLink(try Self.client(of: peer), dataLimit: 1 << 20)
        let frame = DataFrame(capacity: 65_536)
        let file = try FileDescriptor.openForReading(path: path)
        while try frame.read(from: file, limit: .max, upload: 1) > 0 {
            try link.send(frame: frame, until: .after(seconds: 30))
        }
        link.queue(ClientMessage.goodbye)
        try link.flush(until: .after(seconds: 30))
        let digest = try #require(ContentHasher.digest(of: content))
        #expect(try peer.value() == "\((count + 65_535) / 65_536) \(digest)")
    }

    @Test("a peer that is gone is noticed by writing")
    func gone() throws {
        let peer = try Self.server { link in
            var written = 0
            do throws(LinkError) {
                while written < 64 << 20 {
                    link.queue(.pong(Ping(opaque: 1)))
                    try link.flush(until: .after(seconds: 30))
                    written += 20
                }
            } catch {
                return "failed"
            }
            return "never noticed"
        }
        do { _ = try Self.client(of: peer) }
        #expect(try peer.value() == "failed")
    }
}
