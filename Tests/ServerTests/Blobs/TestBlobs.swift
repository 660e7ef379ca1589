import Platform
import TestSupport
import Testing

@testable import Blobs
@testable import Storage

/// Blobs in a storage of a test's own, without the thread that looks after them.
struct TestBlobs {
    let scratch: ScratchFolder
    let place: BlobPlace

    init(spare: @escaping @Sendable () -> UInt64? = { nil }) throws {
        scratch = try ScratchFolder("blobs")
        let own = try scratch.makeFolder(".auto-upload")
        place = BlobPlace(folder: scratch.path, own: try Directory.open(path: own), spare: spare)
    }

    static let folder = ".auto-upload/blobs"

    /// As at a start of the server.
    func open(
        _ change: (inout BlobRules) -> Void = { _ in },
        drawing draw: @escaping @Sendable () -> UInt64 = { .random(in: 0 ... .max) }
    ) throws -> BlobShelf {
        var rules = BlobRules()
        change(&rules)
        return try BlobShelf(place, rules, draw: draw)
    }

    /// Names of the files of blobs.
    func files() throws -> [String] { try scratch.names(in: "\(Self.folder)/kept").sorted() }
    func incoming() throws -> [String] { try scratch.names(in: "\(Self.folder)/incoming") }
}

extension BlobShelf {
    @discardableResult
    func keep(_ content: [UInt8]) throws -> BlobID {
        let blob = try IncomingBlob(self, size: UInt64(content.count))
        try blob.append(content)
        return try blob.keep()
    }

    func content(of id: BlobID) throws -> [UInt8] { try open(id).readAll() }
}
