import Domain
import Platform
import TestSupport
import Testing

@testable import AdminSite
@testable import Storage

@Suite("Uploads under way")
struct LiveUploadTests {
    private let live = LiveUploads()
    private let begin = Instant(nanoseconds: 1_000_000_000_000)

    private func upload(_ number: UInt64, _ received: UInt64, of size: UInt64? = 1000) throws -> UploadUnderWay {
        UploadUnderWay(
            key: UploadUnderWay.Key(user: FileName(constant: "camera"), upload: UploadID(high: 0, low: number)),
            path: try RemotePath(Array("clip-\(number)".utf8)), size: size, received: received)
    }

    @Test("one that grows is shown with its rate, one that has long stood still isn't, and one that is stored goes")
    func rows() throws {
        let (parked, first) = (try upload(1, 500), try upload(2, 0))
        #expect(live.rows(now: begin) { [parked, first] }.isEmpty)
        let grown = try upload(2, 400)
        let shown = live.rows(now: begin.advanced(bySeconds: 2)) { [parked, grown] }
        #expect(shown == [LiveUploads.Row(upload: grown, rate: 200)])
        // Who asks a moment later is told the same.
        #expect(live.rows(now: begin.advanced(bySeconds: 2.1)) { [] } == shown)
        let still = live.rows(now: begin.advanced(bySeconds: 10)) { [parked, grown] }
        #expect(still.map(\.upload) == [grown])
        #expect(live.rows(now: begin.advanced(bySeconds: 70)) { [parked, grown] }.isEmpty)
        let again = try upload(2, 900)
        #expect(live.rows(now: begin.advanced(bySeconds: 72)) { [parked, again] }.map(\.upload) == [again])
        #expect(live.rows(now: begin.advanced(bySeconds: 74)) { [parked] }.isEmpty)
    }

    @Test("of very many the largest are shown")
    func many() throws {
        _ = live.rows(now: begin) { [] }
        let uploads = try (1...300).map { try upload($0, 1, of: $0) }
        let rows = live.rows(now: begin.advanced(bySeconds: 1)) { uploads }
        #expect(rows.count == LiveUploads.most && rows.first?.upload.size == 300)
    }
}
