import Domain
import Foundation
import Glibc
import Platform
import TestSupport
import Testing
import Wire

@testable import DeviceFace
@testable import Storage

/// What the medium holds is what counts, not what the page cache remembers.
@Suite struct ReadBackTests {
    @Test("what is on the medium as it came is confirmed, of any size, one by one and many at once")
    func sound() throws {
        let test = try TestVault(readsBack: true)
        for size in [0, 1, 4096, 100_000, 3 << 20 + 5] {
            let content = [UInt8].content(UInt64(size), count: size)
            #expect(try !test.store(content, as: "f\(size)").wasThere)
            #expect(try test.store(content, as: "f\(size)").wasThere)
            #expect(try test.find(content, as: "f\(size)") != nil)
        }
        let uploads = try (0..<8).map { try test.receive(.content(UInt64($0)), as: "many\($0)") }
        #expect(test.vault.commit(uploads).allSatisfy { (try? $0.get()) != nil })
    }

    @Test("what was changed after it came is refused and discarded, and the next try is as good as the first")
    func changed() throws {
        let armed = Monitor(true)
        let calls = FlushCalls(file: { file throws(SystemError) in
            if armed.withLock({ $0 }) {
                try file.seek(to: 10)
                try file.write([0])
            }
            try file.flush()
        })
        let test = try TestVault(readsBack: true, flushing: calls)
        #expect(throws: VaultError.readBackDiffers) { try test.store([UInt8](repeating: 7, count: 5000), as: "a") }
        #expect(try test.staged().isEmpty)
        #expect(try !test.scratch.exists("alice") || test.names().isEmpty)
        armed.withLock { $0 = false }
        #expect(try !test.store([UInt8](repeating: 7, count: 5000), as: "a").wasThere)
    }

    @Test("of an upload that went on and reads back as another, nothing is gone on with")
    func resumed() throws {
        let armed = Monitor(false)
        let calls = FlushCalls(file: { file throws(SystemError) in
            try file.flush()
            guard armed.withLock({ $0 }), try file.status().size == 5000 else { return }
            try file.seek(to: 10)
            try file.write([0])
        })
        let test = try TestVault(partials: .small, readsBack: true, flushing: calls)
        let upload = BrokenUpload(9)
        #expect(try upload.breakOff(test, at: 3000) == 3000)
        armed.withLock { $0 = true }
        let partial = try upload.begin(test)
        upload.send(partial)
        #expect(throws: VaultError.readBackDiffers) { try upload.commit(partial, test) }
        #expect(partial.leave() == nil)
        armed.withLock { $0 = false }
        #expect(try upload.complete(test) == 0)
    }

    @Test(
        "what the disk holds is seen though the page cache says otherwise",
        .enabled(if: LoopDisk.isPossible, LoopDisk.reason),
        arguments: [true, false], [9_000, 200_000])
    func beneath(_ readsBack: Bool, _ size: Int) throws {
        let disk = try LoopDisk(megabytes: 32)
        let content = [UInt8].content(77, count: size)
        let armed = Monitor(true)
        let calls = FlushCalls(file: { file throws(SystemError) in
            try file.flush()
            if armed.withLock({ $0 }) { disk.corrupt(content) }
        })
        let vault = try disk.mounted { folder in
            try Vault(
                Storage(folder: folder, allowWeak: false), rights: AccessRights(), readsBack: readsBack,
                flushing: calls)
        }
        func store() throws -> Stored {
            let id = UploadID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
            let time = try ModificationTime(seconds: 1, nanoseconds: 2)
            let offer = try Offer(
                uploadID: id, size: UInt64(content.count), modified: time, path: [0x61], isFresh: true)
            let partial = try vault.begin(
                OfferedFile(user: .alice, path: RemotePath([0x61]), offer), isFresh: true)
            partial.append(content)
            let upload = PendingCommit(partial: partial, digest: try content.digest())
            return try #require(vault.commit([upload]).first).get()
        }
        func find() throws -> Stored? {
            try vault.find(
                user: FileName(constant: "alice"), path: .init([0x61]), size: UInt64(content.count),
                digest: content.digest())
        }
        guard readsBack else {
            // The page cache reads what was written: this is what reading back is for.
            #expect(try store().pathText == "a")
            // But whoever asks later is answered from the medium.
            #expect(try find() == nil)
            return
        }
        #expect(throws: VaultError.readBackDiffers) { try store() }
        armed.withLock { $0 = false }
        #expect(try store().pathText == "a")
        // Rot that comes later: the same file isn't vouched for, and a sound copy is stored beside it.
        disk.corrupt(content)
        #expect(try find() == nil)
        #expect(try store().pathText.hasPrefix("a."))
    }
}

/// A small ext4 of its own in a file, whose bytes a test can change beneath the file system.
final class LoopDisk: Sendable {
    private let scratch: ScratchFolder
    private let image: String
    private let kept = Monitor<[CInt]>([])

    deinit {
        for descriptor in kept.withLock({ $0 }) { _ = close(descriptor) }
    }

    init(megabytes: UInt64) throws {
        scratch = try ScratchFolder("disk")
        image = scratch.path("image")
        try scratch.write([], to: "image")
        try FileHandle(forWritingTo: URL(fileURLWithPath: image)).truncate(atOffset: megabytes << 20)
        let made = try RunningProgram.run("/usr/bin/env", Self.path + ["mkfs.ext4", "-q", "-F", image])
        try #require(made.status == 0, "\(made.error)")
    }

    /// Mounts it for `body`, and lets go of the name at once: it stays mounted for as long as something of it is open, and no
    /// longer, whatever becomes of the tests. The path that `body` gets leads there all the same.
    func mounted<R: AnyObject>(_ body: (String) throws -> R) throws -> R {
        let folder = try scratch.makeFolder("mounted")
        let mounted = try RunningProgram.run("/usr/bin/env", Self.path + ["mount", "-o", "loop", image, folder])
        try #require(mounted.status == 0, "\(mounted.error)")
        defer { _ = try? RunningProgram.run("/usr/bin/env", Self.path + ["umount", "-l", folder]) }
        let root = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try #require(root >= 0)
        kept.withLock { $0.append(root) }
        return try body("/proc/self/fd/\(root)")
    }

    /// Changes a byte of this content wherever it stands on the disk.
    func corrupt(_ content: [UInt8]) {
        let start = Data(content.prefix(512))
        guard let disk = try? Data(contentsOf: URL(fileURLWithPath: image), options: .alwaysMapped),
            let file = FileHandle(forUpdatingAtPath: image)
        else { return }
        var place = disk.startIndex
        while let found = disk.range(of: start, in: place..<disk.endIndex) {
            try? file.seek(toOffset: UInt64(found.lowerBound + 100))
            try? file.write(contentsOf: Data([content[100] ^ 1]))
            place = found.upperBound
        }
        try? file.close()
    }

    static let reason: Comment = "this needs root, loop devices and mkfs.ext4"

    static let isPossible: Bool = {
        guard let disk = try? LoopDisk(megabytes: 8) else { return false }
        return (try? disk.mounted { _ in disk }) != nil
    }()

    private static let path = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
}
