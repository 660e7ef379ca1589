import Domain
import Glibc
import TestSupport
import Testing
import Wire

/// What becomes of uploads when their client ends the connection: docs/PROTOCOL.md, section 7.
@Suite("A client's end")
struct EndingTests {
    enum Ending: CaseIterable, Sendable {
        case goodbye
        /// The client sends nothing more, and goes on reading.
        case halfClose
    }

    @Test(
        "what was finished is stored, and answered as long as the client reads; the rest is kept",
        arguments: Ending.allCases)
    func ending(_ ending: Ending) throws {
        let server = try TestServer()
        let client = try server.connect()
        try client.logIn(Fixtures.user, Fixtures.password)
        let content = sample(100_000, seed: 1)
        let rest = try Offer(
            uploadID: UploadID(high: 1, low: 2), size: 100_000, modified: ModificationTime(seconds: 0, nanoseconds: 0),
            path: Array("rest".utf8), isFresh: true)
        try client.send(.offer(upload: 1, rest))
        try client.send(data: Array(content[..<70_000]), upload: 1)
        try client.offer("whole", size: content.count, upload: 2)
        try client.send(data: content, upload: 2)
        try client.finish(2, content)
        switch ending {
        case .goodbye: try client.send(.goodbye)
        case .halfClose: #expect(shutdown(client.rawDescriptor, CInt(SHUT_WR)) == 0)
        }
        let answers = try client.remainder().filter { if case .proceed = $0 { false } else { true } }
        guard case .stored(2, let confirmation, _)? = answers.first else { throw Failure("\(answers)") }
        #expect(answers.count == 1)
        #expect(confirmation.size == 100_000)
        #expect(try server.site.scratch.bytes(of: "storage/\(Fixtures.user)/whole") == content)
        let next = try server.connect()
        try next.logIn(Fixtures.user, Fixtures.password)
        var again = rest
        again.isFresh = false
        try next.send(.offer(upload: 1, again))
        guard case .proceed(1, let proceed) = try next.answer() else { throw Failure("no proceed") }
        #expect(proceed.durableOffset == 70_000)
    }
}
