import Domain
import Platform
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Storage

/// Everything at once, by chance: connections that share ids, fresh and not, of several files, that break off, give up,
/// finish with right and wrong digests, while flushes fail, time passes and others look for the content.
@Suite(.timeLimit(.minutes(2))) struct HavocTests {
    private final class World: Sendable {
        let test: TestVault
        let uploads: [BrokenUpload]
        /// What was confirmed, by where.
        let stored = Monitor<[String: [UInt8]]>([:])
        let wrong = Monitor<[String]>([])

        init(_ calls: FlushCalls, in scratch: ScratchFolder) throws {
            test = try TestVault(partials: .small, flushing: calls, in: scratch)
            // Two of each id's variants share it, and all share two paths.
            uploads = (0..<6 as Range<UInt64>).map { BrokenUpload($0, count: 3000, path: "d/\($0 % 2)") }
        }

        func note(_ text: String) { wrong.withLock { $0.append(text) } }

        func confirm(_ result: Result<Stored, VaultError>, _ upload: BrokenUpload) {
            guard case .success(let stored) = result else { return }
            let path = stored.pathText
            self.stored.withLock { $0[path] = upload.content }
            if (try? test.scratch.bytes(of: "alice/" + path)) != upload.content { note("not there: \(path)") }
        }
    }

    private func play(_ world: World, _ seed: UInt64, rounds: Int) {
        var random = SeededGenerator(seed: seed)
        var open: [(BrokenUpload, PartialUpload, at: Int)] = []
        for _ in 0..<rounds {
            guard let upload = world.uploads.randomElement(using: &random) else { return }
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2:
                let isOther = Int.random(in: 0..<10, using: &random) == 0
                let isFresh = Int.random(in: 0..<6, using: &random) == 0
                guard let offered = try? upload.offered(world.test, path: isOther ? "e/x" : nil),
                    let partial = try? world.test.vault.begin(offered, isFresh: isFresh)
                else { continue }
                if partial.offset > upload.content.count { world.note("offset") }
                if isFresh, partial.offset != 0 { world.note("fresh at \(partial.offset)") }
                open.append((upload, partial, Int(partial.offset)))
            case 3...6:
                guard let index = open.indices.randomElement(using: &random) else { continue }
                let (upload, partial, at) = open[index]
                let end = min(upload.content.count, at + Int.random(in: 1...2000, using: &random))
                upload.send(partial, from: at, upTo: end, piece: 170)
                open[index].at = end
            case 7:
                guard let index = open.indices.randomElement(using: &random) else { continue }
                let (_, partial, _) = open.remove(at: index)
                if Bool.random(using: &random) { partial.discard() } else { _ = partial.leave() }
            case 8:
                // Finish all that has come whole, now and then with a wrong digest.
                let whole = open.filter { $0.at == $0.0.content.count && $0.1.failure == nil }
                open.removeAll { entry in whole.contains { $0.1 === entry.1 } }
                let isWrong = Int.random(in: 0..<8, using: &random) == 0
                let commits = whole.compactMap { upload, partial, _ in
                    (isWrong ? [0] : upload.content).digestIfAny.map { PendingCommit(partial: partial, digest: $0) }
                }
                for (entry, result) in zip(whole, world.test.vault.commit(commits)) {
                    if isWrong, case .success = result { world.note("stored with a wrong digest") }
                    world.confirm(result, entry.0)
                    _ = entry.1.leave()
                }
            default:
                if let found = try? world.test.find(upload.content, as: upload.path) {
                    world.confirm(.success(found), upload)
                }
                if Int.random(in: 0..<20, using: &random) == 0 {
                    _ = world.test.vault.removeExpired(Instant.now.advanced(bySeconds: 8 * 86_400))
                }
            }
        }
    }

    @Test(
        "what is confirmed is right and stays, nothing hangs, and nothing is left behind",
        arguments: 0..<3 as Range<UInt64>)
    func havoc(_ seed: UInt64) throws {
        let scratch = try ScratchFolder("vault")
        let count = Atomic<UInt64>(0)
        // Of files, since a folder whose flush failed is not trusted again; of the whole, for lack of room only.
        let recorder = FlushCalls(
            file: { file throws(SystemError) in
                let number = count.add(1, ordering: .relaxed).newValue
                if number % 13 == 0 { throw SystemError("flush", errno: .noSpace) }
                if number % 17 == 0, try file.status().links == 1, seed % 2 == 0 {
                    throw SystemError("flush", errno: .inputOutput)
                }
            }, folder: { _ in },
            storage: { _ throws(SystemError) in
                if count.add(1, ordering: .relaxed).newValue % 7 == 0 { throw SystemError("flush", errno: .noSpace) }
            })
        let world = try World(recorder, in: scratch)
        let before = try scratch.openFiles().count
        let ended = try inParallel(6) { thread in
            play(world, seed * 100 + UInt64(thread), rounds: 800)
            return true
        }
        #expect(ended.count == 6)
        // On a busy machine they take everything from each other before it is whole: alone, one comes to an end, sooner or later.
        for more in 6..<16 as Range<UInt64> where more == 6 || world.stored.withLock(\.isEmpty) {
            play(world, seed * 100 + more, rounds: 800)
        }
        #expect(world.wrong.withLock { $0 } == [])
        let stored = world.stored.withLock { $0 }
        for (path, content) in stored { #expect(try scratch.bytes(of: "alice/" + path) == content) }
        try #require(!stored.isEmpty, "nothing was confirmed: this run says nothing")
        // All that was stored may be of one folder.
        for folder in try world.test.names(in: "alice") where !folder.hasPrefix(".") {
            for name in try world.test.names(in: "alice/" + folder) {
                let bytes = try scratch.bytes(of: "alice/\(folder)/\(name)")
                #expect(world.uploads.contains { $0.content == bytes }, "\(name) is no upload's content")
            }
        }
        #expect(try scratch.openFiles().count == before)
        _ = world.test.vault.removeExpired(Instant.now.advanced(bySeconds: 8 * 86_400))
        #expect(try world.test.staged() == [])
    }
}

extension [UInt8] {
    fileprivate var digestIfAny: ContentDigest? { try? digest() }
}
