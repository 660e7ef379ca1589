import Domain
import HTTP
import Platform
import Storage
import Testing

@testable import WebFace

@Suite("Turns of pieces")
struct ChunkTurnsTests {
    private let turns = ChunkTurns(patience: 0)
    private let key: OfferedFile.Key

    init() throws {
        key = OfferedFile.Key(user: try #require(FileName("anna")), id: UploadID(high: 1, low: 2))
    }

    @Test("a piece waits in vain where none of those before it comes")
    func vain() throws {
        let early = turns.place(for: key, offset: 10)
        try early.wait { false }
        early.pass(0)
        let refusal = #expect(throws: WebRefusal.self) { try early.wait { false } }
        #expect(refusal?.status == .conflict)
        // Somebody who brings what is missing goes first.
        let first = turns.place(for: key, offset: 0)
        try first.wait { false }
        first.pass(10)
        try early.wait { false }
    }

    @Test("the same piece again takes the turn; the older request has it no more")
    func same() throws {
        let older = turns.place(for: key, offset: 0)
        try older.wait { false }
        let newer = turns.place(for: key, offset: 0)
        try newer.wait { false }
        older.pass(10)
        let next = turns.place(for: key, offset: 10)
        #expect(throws: WebRefusal.self) { try next.wait { true } }
        newer.pass(10)
        try next.wait { false }
    }
}
