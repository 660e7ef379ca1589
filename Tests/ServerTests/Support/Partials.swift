import Domain
import Platform
import TestSupport
import Testing

@testable import Storage

extension PartialRules {
    /// So small that a test needs few bytes, with no clock in it.
    static let small = PartialRules(
        checkpointBytes: 1000, quickSeconds: 1e9, slowSeconds: 1e9, worthwhileBytes: 100, largeBytes: 4000,
        expiry: 7 * 86_400)
}

extension FileName {
    static let alice = FileName(constant: "alice")
}

/// A file that is sent in several attempts.
struct BrokenUpload: Sendable {
    let content: [UInt8]
    let path: String
    let id: UploadID

    init(_ seed: UInt64, count: Int = 5000, path: String = "a/clip") {
        content = .content(seed, count: count)
        self.path = path
        id = UploadID(high: seed, low: .random(in: 0 ... .max))
    }

    func offered(
        _ test: TestVault, user: String = "alice", path: String? = nil, size: Int? = nil, modified: FileTime = .testTime
    ) throws -> OfferedFile {
        try test.offered(
            Array((path ?? self.path).utf8), size: size ?? content.count, user: user, modified: modified, id: id)
    }

    func begin(_ test: TestVault, isFresh: Bool = false) throws -> PartialUpload {
        try test.vault.begin(offered(test), isFresh: isFresh)
    }

    /// Sends what follows the upload's offset, in pieces.
    func send(_ partial: PartialUpload, from start: Int? = nil, upTo end: Int? = nil, piece: Int = 300) {
        var position = start ?? Int(partial.offset)
        let end = end ?? content.count
        while position < end {
            let next = min(end, position + piece)
            partial.append(Array(content[position..<next]))
            position = next
        }
    }

    /// Sends a part, and breaks off.
    ///
    /// - Returns: what is kept.
    func breakOff(_ test: TestVault, at end: Int) throws -> UInt64? {
        let partial = try begin(test)
        send(partial, upTo: end)
        return partial.leave()
    }

    func commit(_ partial: PartialUpload, _ test: TestVault) throws -> Stored {
        try test.commit(PendingCommit(partial: partial, digest: content.digest()))
    }

    /// Goes on to the end.
    ///
    /// - Returns: the offset that it went on from.
    @discardableResult
    func complete(_ test: TestVault) throws -> UInt64 {
        let partial = try begin(test)
        send(partial)
        _ = try commit(partial, test)
        #expect(try test.scratch.bytes(of: "alice/" + path) == content)
        #expect(try test.staged().isEmpty)
        return partial.offset
    }
}
