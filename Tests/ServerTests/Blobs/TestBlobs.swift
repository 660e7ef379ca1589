import Platform
import PostgreSQL
import TestSupport
import Testing

@testable import Blobs
@testable import Storage

/// Blobs in a storage of a test's own, without the thread that looks after them.
struct TestBlobs {
    let scratch: ScratchFolder
    let place: BlobPlace
    let store: Store
    /// Of the database that has the rows.
    let address: String?

    /// Who has the rows, and what blobs hold.
    enum Store: CaseIterable, Sendable {
        case embedded
        /// A database has both.
        case database
        /// A database has the rows alone.
        case rowsAlone

        static let installed = PostgresServer.isInstalled ? allCases : [.embedded]
    }

    /// - Parameter address: of a database that others use, too.
    init(_ store: Store = .embedded, at address: String? = nil, spare: @escaping @Sendable () -> UInt64? = { nil })
        throws
    {
        self.store = store
        self.address = store == .embedded ? nil : try address ?? PostgresServer.shared.get().makeDatabase()
        scratch = try ScratchFolder("blobs")
        let own = try scratch.makeFolder(".auto-upload")
        place = BlobPlace(folder: scratch.path, own: try Directory.open(path: own), spare: spare)
    }

    /// The same folder, with a database.
    init(_ other: TestBlobs, at address: String) {
        (scratch, place, store, self.address) = (other.scratch, other.place, .rowsAlone, address)
    }

    static let folder = ".auto-upload/blobs"

    /// As at a start of the server.
    func open(
        _ change: (inout BlobRules) -> Void = { _ in },
        drawing draw: @escaping @Sendable () -> UInt64 = { .random(in: 0 ... .max) }
    ) throws -> BlobShelf {
        var rules = BlobRules()
        change(&rules)
        return try BlobShelf(place, rules, in: try database, draw: draw)
    }

    var database: BlobDatabase? {
        get throws {
            try address.map { address in
                BlobDatabase(
                    try PostgresAddress(address), mostInside: store == .database ? 64 << 20 : 0, connections: 4
                ) { _ in SecretBytes([]) }
            }
        }
    }

    /// Names of what is kept.
    func names() throws -> [String] {
        guard let address, store == .database else { return try files() }
        #expect(try files() == [])
        return try PostgresServer.shared.get().ask(address, "SELECT id FROM auto_upload.blobs")
            .split(separator: "\n").map(String.init).sorted()
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

    func content(of id: BlobID) throws -> [UInt8] {
        let memory = BlobMemory().lease(for: AddressGroup([127, 0, 0, 1]))
        return try open(id, in: memory).readAll()
    }

    /// Gives a blob other times.
    func set(_ row: BlobRow) throws { #expect(try rows.refresh(row)) }
}
