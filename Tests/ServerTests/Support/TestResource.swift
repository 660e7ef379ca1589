import Domain
import Platform
import TestSupport
import Testing

@testable import DeviceFace
@testable import Storage

/// A file that comes in several requests, each of which knows the upload's URL only.
struct TestResource: Sendable {
    let content: [UInt8]
    let id: UploadID

    init(_ seed: UInt64, count: Int = 5000) {
        content = .content(seed, count: count)
        id = UploadID(high: seed, low: .random(in: 0 ... .max))
    }

    var key: OfferedFile.Key { OfferedFile.Key(user: .alice, id: id) }

    func traits(
        length: UInt64? = nil, options: ResourceTraits.Options = [], digest: ContentDigest? = nil, note: [UInt8] = []
    ) throws -> ResourceTraits {
        ResourceTraits(
            user: .alice, path: try RemotePath(Array("a/clip".utf8)), id: id, length: length, modified: .testTime,
            options: options, digest: digest, note: note)
    }

    /// - Returns: the upload, of a stated length unless that is to be unknown.
    func make(_ test: TestVault, isUnknown: Bool = false) throws -> OpenResource {
        try test.vault.makeResource(traits(length: isUnknown ? nil : UInt64(content.count)))
    }

    func found(_ test: TestVault) throws -> UploadResource {
        try #require(try test.vault.resource(of: key))
    }

    /// A request that looks it up, and sends what follows.
    ///
    /// - Returns: the offset that is answered.
    @discardableResult
    func send(_ test: TestVault, upTo end: Int) throws -> UInt64 {
        let resource = try found(test)
        var upload = try test.vault.open(resource)
        upload.append(content[Int(resource.offset)..<end])
        return try upload.keep()
    }

    /// The last request.
    func finish(_ test: TestVault) throws -> Stored {
        let resource = try found(test)
        let upload = try test.vault.open(resource)
        upload.append(content[Int(resource.offset)...])
        return try upload.finish()
    }

    func expectStored(_ test: TestVault, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try test.scratch.bytes(of: "alice/a/clip") == content, sourceLocation: sourceLocation)
        #expect(try test.staged().isEmpty, sourceLocation: sourceLocation)
    }
}

extension TestVault {
    /// The same storage, as another process finds it.
    func reopened(_ rules: PartialRules = .small) throws -> TestVault {
        vault.retire()
        return try TestVault(partials: rules, in: scratch)
    }
}

extension OpenResource {
    func append(_ bytes: ArraySlice<UInt8>) {
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 700) {
            partial.append(Array(bytes[start..<min(start + 700, bytes.endIndex)]))
        }
    }
}
