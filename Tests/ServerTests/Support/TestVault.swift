import Domain
import Platform
import TestSupport
import Testing
import Transport
import Wire

@testable import DeviceFace
@testable import Storage

extension QuotaCharge {
    /// Sizes alone, where blocks and entries don't matter.
    static let bytes = QuotaCharge(block: 1, entry: 0)
}

/// A vault over real files in a scratch folder.
final class TestVault: Sendable {
    let scratch: ScratchFolder
    let vault: Vault

    init(
        rights: AccessRights = AccessRights(), partials rules: PartialRules = PartialRules(),
        space: SpacePolicy = SpacePolicy(charge: .bytes),
        quotas: @escaping @Sendable (FileName) -> QuotaSetting = { _ in .none },
        readsBack: Bool = false, spelling: NameSpelling? = nil, listing: NameListing? = nil,
        flushing calls: FlushCalls = FlushCalls(), in scratch: ScratchFolder? = nil
    ) throws {
        let scratch = try scratch ?? ScratchFolder("vault")
        self.scratch = scratch
        var storage = try Storage.opened(folder: scratch.path)
        if let spelling { storage.abilities.spelling = spelling }
        if let listing { storage.abilities.listing = listing }
        vault = try Vault(
            storage, rights: rights, partials: rules, space: space,
            quotas: quotas, readsBack: readsBack, flushing: calls)
    }

    /// An upload with all its bytes, ready to be committed.
    func receive(
        _ content: [UInt8], as path: String, user: String = "alice", modified: FileTime = .testTime
    ) throws -> PendingCommit {
        try receive(content, as: Array(path.utf8), user: user, modified: modified)
    }

    func receive(
        _ content: [UInt8], as path: [UInt8], user: String = "alice", modified: FileTime = .testTime,
        size: Int? = nil, digest: ContentDigest? = nil
    ) throws -> PendingCommit {
        let file = try offered(path, size: size ?? content.count, user: user, modified: modified)
        let partial = try vault.begin(file, isFresh: true)
        partial.append(content)
        return PendingCommit(partial: partial, digest: try digest ?? content.digest())
    }

    /// - Parameter id: of the upload; nil for a new one.
    func offered(
        _ path: [UInt8], size: Int, user: String = "alice", modified: FileTime = .testTime, id: UploadID? = nil
    ) throws -> OfferedFile {
        let id = id ?? UploadID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
        let time = try ModificationTime(seconds: modified.seconds, nanoseconds: modified.nanoseconds)
        return OfferedFile(
            user: try #require(FileName(user)), path: try RemotePath(path),
            try Offer(uploadID: id, size: UInt64(size), modified: time, path: path, isFresh: true))
    }

    func commit(_ upload: PendingCommit) throws -> Stored {
        try #require(vault.commit([upload]).first).get()
    }

    @discardableResult
    func store(_ content: [UInt8], as path: String, user: String = "alice") throws -> Stored {
        try commit(receive(content, as: path, user: user))
    }

    func find(_ content: [UInt8], as path: String, user: String = "alice") throws -> Stored? {
        try vault.find(
            user: #require(FileName(user)), path: RemotePath(Array(path.utf8)), size: UInt64(content.count),
            digest: content.digest())
    }

    /// What stands in a user's folder, the marker left out.
    func names(in folder: String = "alice") throws -> [String] {
        try scratch.names(in: folder).filter { $0 != ".auto-upload-store" }
    }

    /// What waits in the staging folder.
    func staged() throws -> [String] {
        try scratch.names(in: ".auto-upload/partial")
    }
}

extension FileTime {
    static let testTime = FileTime(seconds: 1_700_000_000, nanoseconds: 123_456_789)
}

extension PartialUpload {
    func append(_ bytes: [UInt8]) {
        append(unsafe bytes.span.bytes)
    }
}

extension [UInt8] {
    func digest() throws -> ContentDigest {
        try #require(ContentHasher.digest(of: self))
    }

    /// Bytes that differ for each seed.
    static func content(_ seed: UInt64, count: Int = 1000) -> [UInt8] { .random(count, seed: seed) }
}

extension Stored {
    var pathText: String { path.description }
}
