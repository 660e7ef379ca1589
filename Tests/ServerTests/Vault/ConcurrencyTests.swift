import TestSupport
import Testing

@testable import Storage

/// Many connections that store into the same folders at once.
@Suite struct ConcurrencyTests {
    private static let threads = 16

    @Test("the same content under the same new path is one file, and everybody is confirmed", arguments: [1, 8])
    func same(_ each: Int) throws {
        let test = try TestVault()
        let results = try inParallel(Self.threads) { _ in
            Result { try test.vault.commit((0..<each).map { try test.receive([7, 7], as: "new/\($0)/clip.mp4") }) }
        }
        let stored = try results.flatMap { try $0.get().map { try $0.get() } }
        #expect(stored.count == Self.threads * each)
        #expect(Set(stored.map(\.pathText)).count == each)
        #expect(stored.count { !$0.wasThere } == each)
        for index in 0..<each { #expect(try test.scratch.names(in: "alice/new/\(index)") == ["clip.mp4"]) }
        #expect(try test.staged().isEmpty)
    }

    @Test("different content under the same name is all stored, each under a name of its own")
    func different() throws {
        let test = try TestVault()
        let results = try inParallel(Self.threads) { index in
            Result { try test.store([UInt8(index)], as: "new/clip.mp4") }
        }
        let stored = try results.map { try $0.get() }
        #expect(Set(stored.map(\.pathText)).count == Self.threads)
        for (index, file) in stored.enumerated() {
            #expect(try test.scratch.bytes(of: "alice/" + file.pathText) == [UInt8(index)])
            #expect(try test.find([UInt8(index)], as: "new/clip.mp4")?.path == file.path)
        }
    }

    @Test("users, folders and batches of all sizes don't disturb each other")
    func mixed() throws {
        let test = try TestVault()
        let results = try inParallel(Self.threads) { index in
            Result {
                let user = "user\(index % 3)"
                let uploads = try (0...index).map { number in
                    try test.receive([UInt8(index), UInt8(number)], as: "\(index % 4)/\(number)/f\(index)", user: user)
                }
                return (user, try test.vault.commit(uploads).map { try $0.get() })
            }
        }
        for (index, result) in results.enumerated() {
            let (user, stored) = try result.get()
            for (number, file) in stored.enumerated() {
                #expect(try test.scratch.bytes(of: "\(user)/\(file.pathText)") == [UInt8(index), UInt8(number)])
            }
        }
    }

    @Test("of a crowd of single small files each has its own result, also where some aren't what their clients said")
    func crowd() throws {
        let test = try TestVault()
        let rounds = 20
        let results = try inParallel(Self.threads) { index in
            Result {
                try (0..<rounds).map { round in
                    let content = [UInt8(index), UInt8(round)]
                    let isRight = (index + round) % 5 != 0
                    let upload = try test.receive(
                        content, as: Array("\(index)/\(round)".utf8), digest: isRight ? nil : [0].digest())
                    let results = test.vault.commit([upload])
                    #expect(results.count == 1)
                    return (content, isRight, try? results.first?.get())
                }
            }
        }
        for (content, isRight, stored) in try results.flatMap({ try $0.get() }) {
            guard isRight else {
                #expect(stored == nil)
                continue
            }
            let file = try #require(stored)
            #expect(file.pathText == "\(content[0])/\(content[1])")
            #expect(try file.digest == content.digest())
            #expect(try test.scratch.bytes(of: "alice/" + file.pathText) == content)
        }
        #expect(try test.staged().isEmpty)
    }
}
