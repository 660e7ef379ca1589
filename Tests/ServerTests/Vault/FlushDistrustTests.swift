import Domain
import Platform
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Storage

/// What a failed flush may have lost is never confirmed, by whichever flush, of whomever.
@Suite struct FlushDistrustTests {
    private let scratch: ScratchFolder
    private let target = Monitor<FileIdentity?>(nil)

    init() throws {
        scratch = try ScratchFolder("vault")
    }

    /// - Parameter errno: what the next flush of the target says.
    private func vault(_ errno: Errno = .inputOutput) throws -> TestVault {
        let target = target
        let recorder = FlushRecorder(errno: errno) { _, status in
            target.withLock { target in
                guard let status, status.identity == target else { return false }
                target = nil
                return true
            }
        }
        return try TestVault(flushing: recorder.calls, in: scratch)
    }

    private func failNextFlush(of path: String) throws {
        let identity = try Directory.open(path: path.isEmpty ? scratch.path : scratch.path(path)).status().identity
        target.withLock { $0 = identity }
    }

    private func crowd(_ test: TestVault, _ folder: String, user: String) throws -> [Bool] {
        let uploads = try (0..<5).map {
            try test.receive(Array("\(folder)\($0)".utf8), as: "\(folder)/\($0)", user: user)
        }
        return test.vault.commit(uploads).map { (try? $0.get()) != nil }
    }

    @Test(
        "a new user whose name a flush has lost isn't trusted by another, nor are later users; earlier ones are"
    )
    func storageFolder() throws {
        let test = try vault()
        try test.store([1], as: "x", user: "bob")
        try failNextFlush(of: "")
        #expect(throws: VaultError.self) { try test.store([1], as: "x") }
        #expect(try crowd(test, "a", user: "alice") == Array(repeating: false, count: 5))
        #expect(try crowd(test, "c", user: "carol") == Array(repeating: false, count: 5))
        #expect(try crowd(test, "b", user: "bob") == Array(repeating: true, count: 5))
        try test.store([2], as: "y", user: "bob")
    }

    @Test("below a folder whose flush failed nothing is confirmed, however it is flushed; beside it everything is")
    func below() throws {
        let test = try vault()
        try test.store([1], as: "a/b/1")
        try failNextFlush(of: "alice/a")
        #expect(throws: VaultError.self) { try test.store([2], as: "a/2") }
        #expect(throws: VaultError.self) { try test.store([3], as: "a/b/3") }
        #expect(throws: VaultError.self) { try test.find([1], as: "a/b/1") }
        #expect(try crowd(test, "a/b", user: "alice") == Array(repeating: false, count: 5))
        #expect(try crowd(test, "c", user: "alice") == Array(repeating: true, count: 5))
    }

    @Test("lack of room takes content that waited for it, and no folder")
    func room() throws {
        let test = try vault(.noSpace)
        try test.store([1], as: "a/1")
        try failNextFlush(of: "alice/a")
        #expect(throws: VaultError.self) { try test.store([2], as: "a/2") }
        #expect(try test.store([2], as: "a/2").wasThere)
        try test.scratch.write([3], to: "alice/a/3")
        let file = try Directory.open(path: scratch.path("alice/a")).status(of: FileName(constant: "3")).identity
        target.withLock { $0 = file }
        #expect(throws: VaultError.self) { try test.find([3], as: "a/3") }
        #expect(throws: VaultError.self) { try test.find([3], as: "a/3") }
    }

    @Test("a successor in the same process trusts no more")
    func successor() throws {
        let test = try vault()
        try test.store([1], as: "a/1")
        try test.store([1], as: "b/1")
        try failNextFlush(of: "alice/a")
        #expect(throws: VaultError.self) { try test.store([2], as: "a/2") }
        test.vault.retire()
        let storage = try Storage.opened(folder: scratch.path)
        let next = try Vault(storage, rights: AccessRights(), after: test.vault)
        #expect(throws: VaultError.self) {
            try next.find(user: .alice, path: .init(Array("a/1".utf8)), size: 1, digest: [1].digest())
        }
        let other = try next.find(user: .alice, path: .init(Array("b/1".utf8)), size: 1, digest: [1].digest())
        #expect(other != nil)
    }

    @Test("a shared flush that fails takes the folders of all names that it may have met, not what is above or beside")
    func shared() throws {
        let distrust = FlushDistrust()
        let root = try Directory.open(path: "/").status().identity
        let (user, folder) = (Self.identity(2), Self.identity(3))
        let (flushed, met, ended) = (FileName(constant: "f"), FileName(constant: "m"), FileName(constant: "e"))
        let batch = distrust.begin()
        batch.note(flushed, in: user)
        batch.note(met, in: folder)
        batch.flushed(in: user)
        distrust.begin().note(ended, in: root)
        let moment = distrust.moment
        fail(distrust, .inputOutput)
        batch.flushed()
        #expect(!trusts(distrust, .inode(folder)))
        #expect(!trusts(distrust, .name(met, in: folder)))
        #expect(!trusts(distrust, .name(ended, in: root)))
        #expect(trusts(distrust, .inode(root)))
        #expect(trusts(distrust, .inode(user)))
        #expect(trusts(distrust, .name(flushed, in: user)))
        #expect((try? distrust.requireTrust(since: moment)) == nil)
        #expect((try? distrust.requireTrust(since: distrust.moment)) != nil)
    }

    @Test("a name that a shared flush has covered isn't lost by the next, whose ever it was")
    func covered() throws {
        let distrust = FlushDistrust()
        let (folder, name) = (Self.identity(1), FileName(constant: "n"))
        distrust.begin().note(name, in: folder)
        try distrust.watch(try Directory.open(path: "/")) {}
        fail(distrust, .inputOutput)
        #expect(trusts(distrust, .name(name, in: folder)))
    }

    @Test("content is refused as the storage failed, and as there was no room only where all failures were that")
    func gravest() {
        let distrust = FlushDistrust()
        let moments = [Errno.inputOutput, .noSpace, .overQuota].map { errno in
            defer { fail(distrust, errno) }
            return distrust.moment
        }
        let errors = moments.map { moment in
            Result { () throws(SystemError) in try distrust.requireTrust(since: moment) }.error?.errno
        }
        #expect(errors == [.inputOutput, .noSpace, .noSpace])
    }

    private func fail(_ distrust: FlushDistrust, _ errno: Errno) {
        guard let root = try? Directory.open(path: "/") else { return }
        try? distrust.watch(root) { () throws(SystemError) in throw SystemError("flush", errno: errno) }
    }

    private func trusts(_ distrust: FlushDistrust, _ item: FlushDistrust.Item) -> Bool {
        (try? distrust.requireTrust(in: [item])) != nil
    }

    private static func identity(_ inode: UInt64) -> FileIdentity {
        FileIdentity(device: 1, inode: inode, born: FileTime(seconds: 0, nanoseconds: 0))
    }
}

extension Result {
    fileprivate var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
