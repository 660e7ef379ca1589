import Domain
import Platform
import Testing
import Wire

@testable import AutoUploadClient

@Suite("Ledger of what is under way")
struct UploadLedgerTests {
    private func task(_ size: UInt64) throws -> SyncTask {
        let identity = FileIdentity(device: 1, inode: 2, born: FileTime(seconds: 0, nanoseconds: 0))
        let time = FileTime(seconds: 0, nanoseconds: 0)
        let file = DueFile(
            path: try #require(LocalPath(bytes: [0x61])),
            fingerprint: Fingerprint(identity: identity, size: size, modified: time, changed: time),
            remote: try RemotePath([0x61]), toleratedWriter: .none)
        return SyncTask(file: file, purpose: .upload)
    }

    private func digest(_ byte: UInt8) throws -> ContentDigest {
        try #require(ContentDigest(Array(repeating: byte, count: ContentDigest.byteCount)))
    }

    private func confirmation(_ size: UInt64, _ byte: UInt8) throws -> Wire.Confirmation {
        try Wire.Confirmation(size: size, digest: digest(byte), fileTag: .unstated, path: try RemotePath([0x62]))
    }

    private func refused(_ number: UInt32) -> ServerMessage {
        .refused(upload: number, Refusal(status: .busy, text: ""))
    }

    private func isViolation(_ ledger: UploadLedger, _ message: ServerMessage) -> Bool {
        var ledger = ledger
        do throws(SyncFailure) {
            _ = try ledger.receive(message)
            return false
        } catch {
            if case .notOurServer = error { return true }
            return false
        }
    }

    @Test("an upload is counted from its offer to its answer")
    func counts() throws {
        var ledger = UploadLedger(ReceiptCheck(user: "camera", key: nil))
        let task = try task(10)
        #expect(ledger.offer(task, isFresh: false) == 1)
        #expect(ledger.offer(try self.task(20), isFresh: false) == 2)
        #expect((ledger.count, ledger.unfinishedCount) == (2, 2))
        #expect((ledger.unansweredBytes, ledger.unfinishedBytes) == (30, 30))
        ledger.begin(1)
        ledger.finish(1, ReadContent(digest: try digest(1), standing: .unchanged, writer: .none))
        #expect((ledger.unansweredBytes, ledger.unfinishedBytes, ledger.unfinishedCount) == (30, 20, 1))
        let stored = ServerMessage.stored(upload: 1, try confirmation(10, 1), alreadyThere: false)
        #expect(try ledger.receive(stored) == .confirmed(task, try confirmation(10, 1), nil, alreadyThere: false))
        #expect((ledger.unansweredBytes, ledger.unfinishedBytes, ledger.count) == (20, 20, 1))
        ledger.withdraw(2)
        #expect(ledger.isEmpty)
        #expect(ledger.unansweredBytes == 0)
        #expect(ledger.offer(task, isFresh: false) == 3)
    }

    @Test("sizes that no disk has don't end the program")
    func survivesAbsurdSizes() throws {
        var ledger = UploadLedger(ReceiptCheck(user: "camera", key: nil))
        for _ in 0..<4 { _ = ledger.offer(try task(UInt64(Int64.max)), isFresh: false) }
        for number in 1...4 { ledger.withdraw(UInt32(number)) }
        #expect((ledger.unansweredBytes, ledger.unfinishedBytes) == (0, 0))
    }

    @Test("what an abandoned upload still hears is passed over, but it is never confirmed")
    func abandoned() throws {
        var ledger = UploadLedger(ReceiptCheck(user: "camera", key: nil))
        _ = ledger.offer(try task(10), isFresh: false)
        ledger.abandon(1)
        #expect(try ledger.receive(.proceed(upload: 1, try Proceed(durableOffset: 0))) == .nothing)
        #expect(try ledger.receive(refused(1)) == .nothing)
        #expect(isViolation(ledger, .stored(upload: 1, try confirmation(10, 1), alreadyThere: false)))
    }

    @Test("a refusal ends an upload in any phase")
    func refusals() throws {
        for phase in 0..<3 {
            var ledger = UploadLedger(ReceiptCheck(user: "camera", key: nil))
            _ = ledger.offer(try task(10), isFresh: false)
            if phase > 0 { ledger.begin(1) }
            if phase > 1 { ledger.finish(1, ReadContent(digest: try digest(1), standing: .unchanged, writer: .none)) }
            guard case .refused(1, _, _) = try ledger.receive(refused(1)) else {
                Issue.record("phase \(phase)")
                return
            }
            #expect(ledger.isEmpty)
            #expect(isViolation(ledger, refused(1)))
        }
    }

    @Test("the server's goodbye is told with its reason")
    func closing() throws {
        var ledger = UploadLedger(ReceiptCheck(user: "camera", key: nil))
        do throws(SyncFailure) {
            _ = try ledger.receive(.closing(Refusal(status: .shuttingDown, text: "")))
            Issue.record("it went on")
        } catch {
            guard case .closed(let refusal) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(refusal.status == .shuttingDown)
        }
    }

    @Test("an answer about what was never begun is a violation")
    func strangeNumbers() throws {
        var ledger = UploadLedger(ReceiptCheck(user: "camera", key: nil))
        _ = ledger.query(try task(10), try digest(1))
        #expect(isViolation(ledger, .proceed(upload: 1, try Proceed(durableOffset: 0))))
        #expect(isViolation(ledger, .stored(upload: 1, try confirmation(10, 1), alreadyThere: false)))
        #expect(isViolation(ledger, .present(upload: 2, try confirmation(10, 1))))
        #expect(isViolation(ledger, .present(upload: 1, try confirmation(11, 1))))
        #expect(isViolation(ledger, .present(upload: 1, try confirmation(10, 2))))
        #expect(!isViolation(ledger, .present(upload: 1, try confirmation(10, 1))))
        #expect(!isViolation(ledger, .pong(Ping(opaque: 1))))
    }
}
