import Domain
import Platform
import TestSupport
import Testing
import Wire

/// Offers without end, numbers without sense, and numbers of others.
@Suite("Hostile offers")
struct HostileOfferTests {
    // MARK: Floods

    @Test("a flood of offers that are never finished is refused beyond the bound, and leaves nothing behind")
    func flood() throws {
        let server = try TestServer(options: ["--max-open-uploads", "16"])
        try server.unharmed {
            let client = try server.loggedIn()
            for number in 0..<5000 { try client.offer("f\(number)", size: 100_000) }
            let answers = try (0..<5000).map { _ in try client.answer() }
            let accepted = answers.count { if case .proceed = $0 { true } else { false } }
            #expect(accepted == 16)
            #expect(answers.allSatisfy { Self.isRefusal($0, .tooManyUploads) || Self.isProceed($0) })
            #expect(try server.site.partials().count == 16)
            client.close()
        }
    }

    @Test("a user's uploads have a bound over all connections, which is nobody else's")
    func perUser() throws {
        let server = try TestServer(options: ["--max-open-uploads-per-user", "20"])
        try server.unharmed {
            let clients = try (0..<4).map { _ in try server.loggedIn() }
            var accepted = 0
            for (index, client) in clients.enumerated() {
                for number in 0..<10 { try client.offer("f\(index)-\(number)", size: 1000) }
                for _ in 0..<10 {
                    let answer = try client.answer()
                    if Self.isProceed(answer) {
                        accepted += 1
                    } else {
                        #expect(Self.isRefusal(answer, .tooManyUploads))
                    }
                }
            }
            #expect(accepted == 20)
            try server.expectServing()
            // What is given up makes room.
            try client(clients[0], abandons: 10)
            guard case .stored = try clients[3].upload(sample(10), to: "late") else { throw Failure("not stored") }
            for client in clients { client.close() }
        }
    }

    @Test("what the greeting tells is what a connection is held to, also where there are others")
    func told() throws {
        let server = try TestServer(options: ["--max-open-uploads-per-user", "1000"])
        let others = try (0..<4).map { _ in try server.loggedIn() }
        let client = try server.connect()
        let window = Int(try client.greet().maxOpenUploads)
        #expect(window == 200)
        try client.send(
            .authenticate(Authenticate(user: Fixtures.user, password: Credential(Array(Fixtures.password.utf8)))))
        guard case .granted = try client.answer() else { throw Failure("not granted") }
        for number in 0...window { try client.offer("f\(number)", size: 1000) }
        let answers = try (0...window).map { _ in try client.answer() }
        #expect(answers.dropLast().allSatisfy { Self.isProceed($0) })
        #expect(answers.last.map { Self.isRefusal($0, .tooManyUploads) } == true)
        for client in others + [client] { client.close() }
    }

    private func client(_ client: ProtocolClient, abandons count: UInt32) throws {
        for upload in 1...count { try client.send(.abandon(upload: upload)) }
        try client.send(.ping(Ping(opaque: 1)))
        guard case .pong = try client.answer() else { throw Failure("no pong") }
    }

    @Test("offers and silence: the connection ends, and so do the uploads")
    func offersAndSilence() throws {
        let server = try TestServer(options: ["--stall-timeout", "3"])
        try server.unharmed {
            let client = try server.loggedIn()
            for number in 0..<200 { try client.offer("f\(number)", size: 1000) }
            guard case .closing(let refusal)? = try client.remainder().last else { throw Failure("no closing") }
            #expect(refusal.status == .timedOut)
        }
    }

    // MARK: Numbers

    @Test("sizes that no disk has are refused, each for itself", arguments: [1 << 50, 1 << 62, (1 << 63) - 1])
    func sizes(_ size: UInt64) throws {
        let server = try TestServer()
        try server.unharmed {
            let client = try server.loggedIn()
            for number in 0..<50 {
                let upload = try client.offer(path: Array("huge-\(number)".utf8), size: size)
                let answer = try client.answer()
                let expected: [Status] = [.storageFull, .tooLarge, .quotaExceeded]
                #expect(expected.contains { Self.isRefusal(answer, $0) }, "\(answer)")
                // What was under way is dropped.
                try client.send(data: sample(100), upload: upload)
            }
            guard case .stored = try client.upload(sample(10), to: "small") else { throw Failure("not stored") }
            client.close()
        }
    }

    @Test("the largest upload number is the last one")
    func lastNumber() throws {
        let server = try TestServer()
        try server.unharmed {
            let client = try server.loggedIn()
            let content = sample(10)
            try client.offer("last", size: content.count, upload: .max)
            try client.send(data: content, upload: .max)
            try client.finish(.max, content)
            guard case .stored(.max, _, _) = try client.finalAnswer(to: .max) else { throw Failure("not stored") }
            try client.offer("more", size: 1, upload: .max)
            try expectViolation(server, client)
        }
    }

    @Test("times before and after all time are taken, and the file is stored", arguments: [Int64.min, -1, .max])
    func times(_ seconds: Int64) throws {
        let server = try TestServer()
        try server.unharmed {
            let client = try server.loggedIn()
            let content = sample(10)
            let modified = try ModificationTime(seconds: seconds, nanoseconds: 999_999_999)
            let offer = try Offer(
                uploadID: UploadID(high: 1, low: 2), size: 10, modified: modified, path: Array("when".utf8),
                isFresh: true)
            try client.send(.offer(upload: 1, offer))
            try client.send(data: content, upload: 1)
            try client.finish(1, content)
            guard case .stored = try client.finalAnswer(to: 1) else { throw Failure("not stored") }
            client.close()
        }
    }

    // MARK: Numbers of others

    @Test("a number that only another connection has offered is a violation here, and nothing happens to it there")
    func othersNumber() throws {
        let server = try TestServer()
        try server.unharmed {
            let owner = try server.loggedIn()
            let content = sample(1000)
            let upload = try owner.offer("mine", size: content.count, upload: 77)
            guard case .proceed = try owner.answer() else { throw Failure("no proceed") }
            try owner.send(data: Array(content[..<500]), upload: upload)
            let attacks: [[UInt8]] = [
                HostileFrameTests.header(0x05, upload: upload, length: 1) + [0],
                HostileFrameTests.encoded(try HostileFrameTests.finish(upload)),
                HostileFrameTests.encoded(.abandon(upload: upload)),
            ]
            for (user, password) in [(Fixtures.user, Fixtures.password), (Fixtures.otherUser, Fixtures.otherPassword)] {
                for attack in attacks {
                    let thief = try server.loggedIn(user, password)
                    try thief.send(bytes: attack)
                    try expectViolation(server, thief)
                }
            }
            try owner.send(data: Array(content[500...]), upload: upload)
            try owner.finish(upload, content)
            guard case .stored(upload, let confirmation, false) = try owner.finalAnswer(to: upload) else {
                throw Failure("not stored")
            }
            #expect(try confirmation.digest.description == digest(of: content))
            owner.close()
        }
    }

    @Test("whatever is said of a number that is over is dropped: nothing changes, and nothing is said twice")
    func overNumbers() throws {
        let server = try TestServer()
        try server.unharmed {
            let client = try server.loggedIn()
            let content = sample(100)
            guard case .stored = try client.upload(content, to: "whole") else { throw Failure("not stored") }
            let refused = try client.offer("../out", size: 5)
            guard case .refused = try client.answer() else { throw Failure("not refused") }
            let abandoned = try client.offer("given-up", size: 5)
            guard case .proceed = try client.answer() else { throw Failure("no proceed") }
            try client.send(.abandon(upload: abandoned))
            for upload in [1, refused, abandoned] {
                try client.send(data: sample(50), upload: upload)
                try client.finish(upload, sample(50))
                try client.send(.abandon(upload: upload))
            }
            try client.send(.ping(Ping(opaque: 9)))
            guard case .pong = try client.answer() else { throw Failure("something was said") }
            #expect(try server.site.stored() == ["whole": digest(of: content)])
            client.close()
        }
    }

    private func expectViolation(_ server: TestServer, _ client: ProtocolClient) throws {
        guard case .closing(let refusal)? = try client.remainder().last else { throw Failure("no closing") }
        #expect(refusal.status == .protocolViolation)
        try server.end(of: client, because: "protocolViolation")
    }

    private static func isProceed(_ message: ServerMessage) -> Bool {
        if case .proceed = message { true } else { false }
    }

    private static func isRefusal(_ message: ServerMessage, _ status: Status) -> Bool {
        if case .refused(_, let refusal) = message { refusal.status == status } else { false }
    }
}
