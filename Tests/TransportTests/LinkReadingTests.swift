import Glibc
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// What a link makes of what comes in.
@Suite struct LinkReadingTests {
    /// What a server's link reads of bytes that a peer sends, until it ends or fails.
    enum Heard: Equatable, Sendable {
        case message(ClientMessage)
        case data(upload: UInt32, [UInt8])
        case goodbye
        case failed(String)
    }

    static let dataLimit = 100_000

    private static func listen(seconds: Double = 30) throws -> LoopbackPeer<[Heard]> {
        try .secure(.testServer()) { session in
            var link = MessageLink(session, dataLimit: dataLimit)
            var heard: [Heard] = []
            do throws(LinkError) {
                while let header = try link.nextHeader(until: .after(seconds: seconds)) {
                    heard.append(try read(header, &link, seconds))
                }
                return heard + [.goodbye]
            } catch {
                return heard + [.failed(error.description)]
            }
        }
    }

    private static func read(
        _ header: FrameHeader, _ link: inout MessageLink, _ seconds: Double
    ) throws(LinkError) -> Heard {
        if header.type != .data {
            return .message(
                try link.withPayload(of: header, until: .after(seconds: seconds)) { payload throws(WireError) in
                    try ClientMessage(header: header, payload: payload)
                })
        }
        var bytes: [UInt8] = []
        var remaining = Int(header.length)
        while remaining > 0 {
            try link.withDataChunk(remaining: &remaining, until: .after(seconds: seconds)) { chunk in
                unsafe chunk.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
            }
        }
        return .data(upload: header.upload, bytes)
    }

    private static func encoded(_ messages: ClientMessage...) -> [UInt8] {
        messages.reduce(into: []) { $1.encode(into: &$0) }
    }

    private static func header(_ type: UInt8, upload: UInt32 = 0, length: UInt32) -> [UInt8] {
        [type, 0, 0, 0] + bytes(upload) + bytes(length)
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private func hello() throws -> ClientMessage { .hello(try Hello(software: "test")) }

    // MARK: Whole frames

    @Test("frames are the same however they are cut", arguments: [1, 7, 12, 13, 100, Int.max])
    func pieces(_ size: Int) throws {
        let peer = try Self.listen()
        let session = try peer.session()
        let content = (0..<500).map { UInt8(truncatingIfNeeded: $0) }
        let bytes =
            try Self.encoded(hello(), .ping(Ping(opaque: 1)), .abandon(upload: 3))
            + Self.header(5, upload: 4, length: 500) + content + Self.encoded(.goodbye)
        try session.send(bytes, pieces: size)
        session.close()
        #expect(
            try peer.value() == [
                .message(hello()), .message(.ping(Ping(opaque: 1))), .message(.abandon(upload: 3)),
                .data(upload: 4, content), .message(.goodbye), .goodbye,
            ])
    }

    @Test("much data comes through as it is, between messages")
    func muchData() throws {
        let peer = try Self.listen()
        let session = try peer.session()
        let contents = (0..<20).map { [UInt8].random(Self.dataLimit, seed: $0) }
        for (number, content) in contents.enumerated() {
            try session.send(
                Self.header(5, upload: UInt32(number + 1), length: UInt32(content.count)) + content
                    + Self.encoded(.abandon(upload: UInt32(number + 1))))
        }
        session.close()
        let expected = contents.enumerated().flatMap { number, content -> [Heard] in
            [.data(upload: UInt32(number + 1), content), .message(.abandon(upload: UInt32(number + 1)))]
        }
        #expect(try peer.value() == expected + [.goodbye])
    }

    // MARK: Limits

    @Test(
        "a header that breaks a limit is refused before a byte of payload has come",
        arguments: [
            header(1, length: .max), header(1, length: 72), header(2, length: 1109), header(4, upload: 1, length: 4135),
            header(5, upload: 1, length: UInt32(dataLimit) + 1), header(5, upload: 1, length: 0),
            header(5, upload: 0, length: 1), header(7, upload: 1, length: 1), header(0, length: 8),
            header(0xff, length: 8), [1, 1, 0, 0] + bytes(0) + bytes(8), [1, 0, 0, 1] + bytes(0) + bytes(8),
        ])
    func limits(_ header: [UInt8]) throws {
        let peer = try Self.listen()
        let session = try peer.session()
        try session.send(header)
        // Nothing more comes, and the connection stays open: the header alone has to do.
        let heard = try peer.value()
        #expect(heard.count == 1)
        guard case .failed(let reason)? = heard.first else { throw Failure("it was taken: \(heard)") }
        #expect(reason.contains("broke the protocol"))
        session.close()
    }

    @Test("a server's frame is one that a header may announce; what takes it for a client's message fails")
    func wrongSide() throws {
        let peer = try Self.listen()
        let session = try peer.session()
        try session.send(Self.header(0x88, length: 8) + [UInt8](repeating: 0, count: 8))
        guard case .failed? = try peer.value().first else { throw Failure("a pong was taken from a client") }
        session.close()
    }

    // MARK: Ends

    @Test("an end within a frame is no end", arguments: [1, 11, 12, 13, 22])
    func truncated(_ length: Int) throws {
        for politely in [true, false] {
            let peer = try Self.listen()
            do {
                let session = try peer.session()
                try? session.send(Array(Self.encoded(hello()).prefix(length)))
                if politely { session.close() }
            }
            guard case .failed? = try peer.value().last else {
                throw Failure("\(length) bytes passed for a whole frame")
            }
        }
    }

    @Test("an end within data is no end")
    func truncatedData() throws {
        let peer = try Self.listen()
        let session = try peer.session()
        try session.send(Self.header(5, upload: 1, length: 1000) + [UInt8](repeating: 1, count: 999))
        session.close()
        guard case .failed(let reason)? = try peer.value().last else { throw Failure("999 bytes passed for 1000") }
        #expect(reason.contains("ended in the middle"))
    }

    // MARK: Time

    @Test("silence, before a frame or within one, ends at the deadline", arguments: [0, 5, 12, 20])
    func silence(_ length: Int) throws {
        let peer = try Self.listen(seconds: 0.2)
        let session = try peer.session()
        try session.send(Array(Self.encoded(hello()).prefix(length)))
        #expect(try peer.value() == [.failed("no answer in time")])
        session.close()
    }

    @Test("a deadline holds against a peer that always has one byte more to say: what has come until then is lent")
    func drip() throws {
        let peer = try LoopbackPeer<Int>.secure(.testServer()) { session in
            var link = MessageLink(session, dataLimit: Self.dataLimit)
            guard let header = try link.nextHeader(until: .after(seconds: 30)) else { throw Failure("no header") }
            var remaining = Int(header.length)
            try link.withDataChunk(remaining: &remaining, until: .after(seconds: 0.1)) { _ in }
            return remaining
        }
        let session = try peer.session()
        try session.send(Self.header(5, upload: 1, length: UInt32(Self.dataLimit)) + [1])
        // A record for each byte: far more than a tenth of a second, and never a pause. The end may come as a broken pipe.
        try? session.send([UInt8](repeating: 1, count: Self.dataLimit), pieces: 1)
        #expect((1..<Self.dataLimit).contains(try peer.value()))
    }

    @Test("of data that pauses or ends, what has come is lent before the reason is told", arguments: [false, true])
    func piece(_ ends: Bool) throws {
        let (isSent, mayEnd) = (Monitor(false), Monitor(ends))
        let peer = try LoopbackPeer<[String]>.secure(.testServer()) { session in
            var link = MessageLink(session, dataLimit: Self.dataLimit)
            guard let header = try link.nextHeader(until: .after(seconds: 30)) else { throw Failure("no header") }
            _ = isSent.wait { $0 ? true : nil }
            var (remaining, told) = (Int(header.length), [String]())
            while told.last != "no answer in time", told.last?.contains("ended") != true {
                do throws(LinkError) {
                    try link.withDataChunk(remaining: &remaining, until: .after(seconds: 0.2)) { _ in }
                    told.append("\(remaining)")
                } catch {
                    told.append(error.description)
                }
            }
            mayEnd.change { $0 = true }
            return told
        }
        let session = try peer.session()
        try session.send(Self.header(5, upload: 1, length: 1000) + [UInt8](repeating: 1, count: 300))
        isSent.change { $0 = true }
        _ = mayEnd.wait { $0 ? true : nil }
        session.close()
        let told = try peer.value()
        #expect(told.dropLast().last == "700")
        #expect(told.last == (ends ? "the connection ended in the middle of a message" : "no answer in time"))
    }

    @Test("of data whose link is reset, what had come is lent before the reason is told")
    func reset() throws {
        let isReset = Monitor(false)
        let peer = try LoopbackPeer<[Int]>.secure(.testServer()) { session in
            var link = MessageLink(session, dataLimit: Self.dataLimit)
            guard let header = try link.nextHeader(until: .after(seconds: 30)) else { throw Failure("no header") }
            _ = isReset.wait { $0 ? true : nil }
            var (remaining, told) = (Int(header.length), [Int]())
            do throws(LinkError) {
                while true {
                    try link.withDataChunk(remaining: &remaining, until: .after(seconds: 30)) { _ in }
                    told.append(remaining)
                }
            } catch {
                // The kernel tells of a reset once: whoever looked before sees an end.
                switch error {
                case .transport, .truncated: break
                default: throw error
                }
            }
            return told
        }
        do {
            let socket = try peer.connect()
            var linger = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(
                socket.rawDescriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
            let session = try TLSSession(connecting: socket, to: "127.0.0.1", context: .testClient())
            try session.handshake(until: .after(seconds: 30))
            try session.send(Self.header(5, upload: 1, length: 1000) + [UInt8](repeating: 1, count: 300))
        }
        isReset.change { $0 = true }
        #expect(try peer.value() == [700])
    }

    @Test("a wait is given up when it is told to")
    func givenUp() throws {
        let peer = try LoopbackPeer<Bool>.secure(.testServer()) { session in
            (try? session.receive(1)) != nil
        }
        var link = MessageLink(try peer.session(), dataLimit: Self.dataLimit)
        link.giveUpWaits { true }
        var reason = ""
        do throws(LinkError) {
            _ = try link.nextHeader(until: .after(seconds: 30))
        } catch {
            reason = error.description
        }
        #expect(reason == "waiting was given up")
        link.close()
        #expect(try peer.value())
    }

    @Test("without waiting there is a header only once its whole payload is here")
    func ifAvailable() throws {
        let maySend = Monitor(0)
        let peer = try LoopbackPeer<Bool>.secure(.testServer()) { session in
            var pong: [UInt8] = []
            ServerMessage.pong(Ping(opaque: 5)).encode(into: &pong)
            for (step, part) in [pong.prefix(5), pong[5..<15], pong[15...]].enumerated() {
                _ = maySend.wait { $0 > step ? true : nil }
                try session.send(Array(part))
            }
            return (try? session.receive(1)) != nil
        }
        var link = MessageLink(try peer.session(), dataLimit: Self.dataLimit)
        for step in 0..<3 {
            #expect(try link.nextHeaderIfAvailable() == nil)
            maySend.change { $0 = step + 1 }
        }
        var header: FrameHeader?
        let deadline = Deadline.after(seconds: 30)
        while header == nil, !deadline.hasPassed { header = try link.nextHeaderIfAvailable() }
        let found = try #require(header)
        let message = try link.withPayload(of: found, until: .after(seconds: 0)) { payload throws(WireError) in
            try ServerMessage(header: found, payload: payload)
        }
        #expect(message == .pong(Ping(opaque: 5)))
        let ended = link.hasEnded
        #expect(!ended)
        link.close()
        #expect(try peer.value())
    }
}
