import Platform
import Synchronization
import TestSupport
import Testing

@testable import Blobs

@Suite("Blobs on the disk")
struct BlobShelfTests {
    typealias Store = TestBlobs.Store

    @Test("of content are called by its hash, as a Session file server calls them", arguments: Store.installed)
    func hashes(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let shelf = try blobs.open { $0.naming = .hash }
        let id = try shelf.keep(Array("hello".utf8))
        #expect(id.text == "tKO2VVg1JPHwgZuvqK_7bDHJeSr4UJ_8i13ETlwAn0jB")
        #expect(try shelf.content(of: id) == Array("hello".utf8))
    }

    @Test("called by numbers, these have 53 bits, and the same content is two blobs", arguments: Store.installed)
    func numbers(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let next = Atomic(UInt64.max)
        let draw: @Sendable () -> UInt64 = { next.subtract(1, ordering: .relaxed).oldValue }
        let shelf = try blobs.open({ _ in }, drawing: draw)
        let ids = [try shelf.keep([1]), try shelf.keep([1])]
        let most: UInt64 = 9_007_199_254_740_991
        #expect(ids.map(\.text) == ["\(most)", "\(most - 1)"])
        #expect(try blobs.names() == ids.map(\.text).sorted())
    }

    @Test("that come while another takes a shelf's place aren't kept by the old one", arguments: Store.installed)
    func retires(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let old = try blobs.open { $0.naming = .hash }
        let coming = try IncomingBlob(old, size: 3)
        try coming.append([1, 2, 3])
        old.retire()
        let new = try blobs.open { $0.naming = .hash }
        let other = try IncomingBlob(new, size: 3)
        try other.append([4, 5, 6])
        #expect(throws: BlobTrouble.failed) { try coming.keep() }
        let id = try other.keep()
        #expect(try new.content(of: id) == [4, 5, 6])
        #expect(try blobs.names() == [id.text])
    }

    @Test("are refused after 25 numbers that others have", arguments: Store.installed)
    func clashes(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let drawn = Atomic(0)
        let counted: @Sendable () -> UInt64 = {
            drawn.add(1, ordering: .relaxed)
            return 7
        }
        let shelf = try blobs.open { _ in
        } drawing: {
            counted()
        }
        try shelf.keep([1])
        #expect(throws: BlobTrouble.noName) { try shelf.keep([2]) }
        #expect(drawn.load(ordering: .relaxed) == 26)
        #expect(try shelf.content(of: BlobID(number: 7)) == [1])
        #expect(try blobs.incoming() == [])
    }

    @Test("of the same content are one, which lives on from the latest time that it came", arguments: Store.installed)
    func refreshes(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let shelf = try blobs.open { ($0.naming, $0.lifetime) = (.hash, 1000) }
        let id = try shelf.keep([1, 2, 3])
        var row = try shelf.find(id)
        #expect(row.expiry - row.uploaded == 1_000_000)
        (row.uploaded, row.expiry) = (row.uploaded - 900_000, row.expiry - 900_000)
        try shelf.set(row)
        #expect(try shelf.keep([1, 2, 3]) == id)
        #expect(try shelf.find(id).expiry > row.expiry + 800_000)
        #expect(try shelf.rows.total().count == 1)
        #expect(try blobs.names() == [id.text])
    }

    @Test("are gone at their time, not at the next sweep, which removes row and file", arguments: Store.installed)
    func expires(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let shelf = try blobs.open()
        let (id, other) = (try shelf.keep([1]), try shelf.keep([2]))
        let expiry = try shelf.find(id).expiry
        #expect(try shelf.find(id, at: expiry - 1).id == id)
        #expect(throws: BlobTrouble.missing) { try shelf.find(id, at: expiry) }
        var row = try shelf.find(other)
        row.expiry += 10_000
        try shelf.set(row)
        #expect(try shelf.removeExpired(by: expiry) == 1)
        #expect(try blobs.names() == [other.text])
        #expect(try shelf.content(of: other) == [2])
    }

    @Test("that come again after their time, before the sweep, are there again", arguments: Store.installed)
    func comesAgain(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let shelf = try blobs.open { $0.naming = .hash }
        let id = try shelf.keep([1])
        var row = try shelf.find(id)
        row.expiry = 1
        try shelf.set(row)
        #expect(throws: BlobTrouble.missing) { try shelf.content(of: id) }
        try shelf.keep([1])
        #expect(try shelf.removeExpired() == 0)
        #expect(try shelf.content(of: id) == [1])
    }

    @Test("whose upload was never answered for leave nothing behind", arguments: Store.installed)
    func strays(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let id = try blobs.open().keep([1])
        // As after a crash between the name and the row, and in the midst of an upload.
        try blobs.scratch.write([2], to: "\(TestBlobs.folder)/kept/12345")
        try blobs.scratch.write([3], to: "\(TestBlobs.folder)/incoming/1")
        let shelf = try blobs.open()
        #expect(throws: BlobTrouble.missing) { try shelf.content(of: BlobID(number: 12345)) }
        try shelf.removeStrays()
        #expect(try blobs.names() == [id.text])
        #expect(try blobs.incoming() == [])
    }

    @Test("are found by their files where the rows are gone")
    func rebuilds() throws {
        let blobs = try TestBlobs()
        let first = try blobs.open()
        let ids = try (0..<10).map { try first.keep([$0]) }
        let uploaded = try first.find(ids[3]).uploaded
        try blobs.place.putRowsAside(in: first.folders)
        let shelf = try blobs.open()
        try shelf.removeStrays()
        for (number, id) in ids.enumerated() { #expect(try shelf.content(of: id) == [UInt8(number)]) }
        // Both clocks are the system's, but the file system's is that of the last tick.
        #expect(abs(try shelf.find(ids[3]).uploaded - uploaded) < 60_000)
        #expect(try shelf.rows.total().charge == 10 * 8192)
    }

    @Test("don't take more than they may have of the disk, those that come included", arguments: Store.installed)
    func budget(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let shelf = try blobs.open { $0.budget = 3 * 8192 }
        let (one, two) = (try IncomingBlob(shelf, size: 4096), try IncomingBlob(shelf, size: 1))
        try shelf.keep([1])
        #expect(throws: BlobTrouble.full) { try shelf.keep([2]) }
        withExtendedLifetime((one, two)) {}
    }

    @Test("have no room that is promised to uploads", arguments: Store.installed)
    func spare(_ store: Store) throws {
        let spare = Atomic<UInt64>(8192)
        let ask: @Sendable () -> UInt64? = { spare.load(ordering: .relaxed) }
        let blobs = try TestBlobs(store) { ask() }
        let shelf = try blobs.open()
        try shelf.keep([1])
        spare.store(8191, ordering: .relaxed)
        #expect(throws: BlobTrouble.full) { try shelf.keep([1]) }
    }

    @Test("are neither empty nor larger than they may be", arguments: Store.installed)
    func sizes(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let shelf = try blobs.open { $0.largest = 10 }
        #expect(throws: BlobTrouble.size) { try shelf.keep([]) }
        try shelf.keep([UInt8](repeating: 0, count: 10))
        #expect(throws: BlobTrouble.size) { try shelf.keep([UInt8](repeating: 0, count: 11)) }
        // Of unknown size.
        let blob = try IncomingBlob(shelf, size: nil)
        try blob.append([UInt8](repeating: 0, count: 10))
        #expect(throws: BlobTrouble.size) { try blob.append([0]) }
    }

    @Test("aren't kept once a flush of their folder has failed, or another disk is there", arguments: Store.installed)
    func distrust(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let shelf = try blobs.open()
        let id = try shelf.keep([1])
        shelf.distrust()
        #expect(throws: BlobTrouble.failed) { try shelf.keep([2]) }
        #expect(try shelf.content(of: id) == [1])
    }

    @Test("that many send at once are all kept, the same ones once", arguments: Store.installed)
    func crowd(_ store: Store) throws {
        let blobs = try TestBlobs(store)
        let shelf = try blobs.open { $0.naming = .hash }
        let ids = try inParallel(8) { thread in
            (0..<20).map { try? shelf.keep([UInt8($0), UInt8(thread % 2)]).text }
        }.joined()
        #expect(try blobs.names() == Set(ids.map { try #require($0) }).sorted())
        #expect(try shelf.rows.total().count == 40)
    }
}

@Suite("Names of blobs")
struct BlobIDTests {
    @Test(
        "have letters, digits, hyphens and low lines, 44 at most",
        arguments: ["a", "A-_9", String(repeating: "a", count: 44)])
    func names(_ text: String) { #expect(BlobID(text)?.text == text) }

    @Test("have nothing else", arguments: ["", ".", "..", "a/b", "a b", "ä", "\0", String(repeating: "a", count: 45)])
    func others(_ text: String) { #expect(BlobID(text) == nil) }
}
