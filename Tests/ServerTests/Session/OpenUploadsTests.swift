import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import Connections
@testable import DeviceFace
@testable import Storage

/// What becomes of a connection's uploads and their slots.
@Suite struct OpenUploadsTests {
    private let test: TestVault
    private let slots = UploadSlots(inAll: 10, perUser: 1)

    init() throws {
        test = try TestVault(partials: .small)
    }

    private func begin(_ number: UInt32, _ upload: BrokenUpload, _ uploads: inout OpenUploads) throws -> UInt64 {
        try uploads.begin(number, upload.offered(test), isFresh: false, tellsCommitted: false)
    }

    @Test("an upload holds its slot until it is stored, discarded or left")
    func slotsAreHeld() throws {
        var uploads = OpenUploads(test.vault, slots)
        let endings: [(inout OpenUploads, UInt32) -> Void] = [
            { _ = $0.end($1) }, { $0.discard($1) }, { _ = $0.leave($1) },
            { uploads, _ in uploads.leaveAll { _, _ in } },
        ]
        for (number, end) in zip(1..., endings) {
            _ = try begin(UInt32(number), BrokenUpload(UInt64(number)), &uploads)
            var refused: Declined?
            do {
                _ = try begin(100, BrokenUpload(100), &uploads)
            } catch let declined as Declined {
                refused = declined
            }
            #expect(refused?.refusal.status == .tooManyUploads && uploads.count == 1)
            end(&uploads, UInt32(number))
            #expect(uploads.isEmpty && uploads.partial(UInt32(number)) == nil)
        }
    }

    @Test("what is left is gone on with; what was discarded is not")
    func leaving() throws {
        var uploads = OpenUploads(test.vault, slots)
        let upload = BrokenUpload(1)
        #expect(try begin(1, upload, &uploads) == 0)
        upload.send(try #require(uploads.partial(1)), upTo: 3000)
        let kept = uploads.leave(1)
        #expect(kept?.offset == 3000 && kept?.path.description == upload.path)
        #expect(try begin(2, upload, &uploads) == 3000)
        uploads.discard(2)
        #expect(try begin(3, upload, &uploads) == 0)
    }
}
