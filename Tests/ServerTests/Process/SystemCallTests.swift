import Domain
import Foundation
import TestSupport
import Testing
import Wire

/// The order of the real server's system calls, as the kernel sees them: content flushed, published, folders flushed, and
/// only then the answer.
@Suite(.enabled(if: TracedServer.isPossible, "strace isn't installed, or may not trace"))
struct SystemCallTests {
    private static let calls = "trace=fsync,fdatasync,syncfs,renameat,renameat2,linkat,write,writev,sendto,sendmsg"

    /// What a line of the trace is, for this purpose.
    private enum Step: Equatable {
        case flushContent(String), publish(String, to: String), flushFolder(String), flushAll, answer
    }

    private func steps(_ trace: [String], below storage: String) -> [Step] {
        trace.compactMap { line in
            guard !line.contains(" = -1 "), !line.contains("resumed") else { return nil }
            // The last one of a call is where something goes.
            let path = line.range(of: storage, options: .backwards).map {
                String(line[$0.upperBound...].prefix { $0 != ">" })
            }
            if line.contains("fsync("), let path {
                return staged(in: line).map(Step.flushContent) ?? .flushFolder(path)
            }
            if line.contains("syncfs(") { return .flushAll }
            if line.contains("renameat") || line.contains("linkat") {
                return path.map { Step.publish(staged(in: line) ?? quoted(in: line), to: $0) }
            }
            return line.contains("<socket:") || line.contains("<TCP:") ? .answer : nil
        }
    }

    /// What a descriptor of a line shows of a file in staging: its name there, or, without one, its inode.
    private func staged(in line: String) -> String? {
        line.range(of: "/.auto-upload/partial/").map { String(line[$0.upperBound...].prefix { $0 != ">" }) }
    }

    private func quoted(in line: String) -> String {
        line.split(separator: "\"", omittingEmptySubsequences: false).dropFirst().first.map(String.init) ?? ""
    }

    private func upload(_ paths: [String], to server: TracedServer) throws -> [ServerMessage] {
        let client = try server.server.loggedIn()
        var bytes: [UInt8] = []
        for (number, path) in paths.enumerated() {
            bytes += try TestClient.file(Array(path.utf8), as: path, upload: UInt32(number + 1))
        }
        try client.send(bytes: bytes)
        var answers: [ServerMessage] = []
        while answers.count < paths.count {
            guard let message = try client.receive() else { break }
            if case .proceed = message { continue }
            answers.append(message)
        }
        return answers
    }

    private func isStored(_ message: ServerMessage) -> Bool {
        if case .stored = message { true } else { false }
    }

    @Test("one file: flush, rename, flush of each folder up to the storage folder, answer")
    func one() throws {
        let server = try TracedServer(nil, ["-e", Self.calls])
        #expect(try upload(["a/b/clip.mp4"], to: server).allSatisfy(isStored))
        let steps = try steps(server.trace(), below: server.scratch.path("storage"))
        let content = try #require(steps.firstIndex { if case .flushContent = $0 { true } else { false } })
        guard case .flushContent(let file) = steps[content] else { return }
        // The marker in the user's folder is flushed too; it comes with no promise.
        let rest = steps[content...].filter { $0 != .flushFolder("/camera/.auto-upload-store") }
        #expect(
            rest.prefix(8) == [
                // What is so small has no name before this one, and that it has one stands in the file.
                .flushContent(file), .publish(file, to: "/camera/a/b"), .flushContent(file),
                .flushFolder("/camera/a/b"),
                .flushFolder("/camera/a"), .flushFolder("/camera"), .flushFolder(""), .answer,
            ])
    }

    @Test("many files: all content before the first is published, all names before the first answer")
    func many() throws {
        let server = try TracedServer(nil, ["-e", Self.calls])
        let paths = (0..<20).map { "f\($0 % 3)/clip\($0).mp4" }
        #expect(try upload(paths, to: server).count(where: isStored) == paths.count)
        let steps = try steps(server.trace(), below: server.scratch.path("storage"))
        // However they were batched: nothing is published that no flush came for since its bytes, and no answer comes
        // while a folder has a name that no flush came for.
        var (flushed, allFlushed, published) = (Set<String>(), false, 0)
        var unflushed: Set<String> = []
        for step in steps {
            switch step {
            case .flushContent(let file): flushed.insert(file)
            case .flushAll:
                allFlushed = true
                unflushed = []
            case .publish(let file, let folder):
                published += 1
                unflushed.insert(folder)
                #expect(allFlushed || flushed.contains(file))
            case .flushFolder(let folder): unflushed.remove(folder)
            case .answer: #expect(unflushed.isEmpty)
            }
        }
        #expect(published == paths.count)
        #expect(unflushed.isEmpty)
    }

    @Test(
        "whichever flush the kernel refuses, nothing is confirmed, and the next server takes the file", arguments: 1...6
    )
    func failing(_ number: Int) throws {
        // Calls are counted for each thread; the connection's makes the file's first, then the marker's or the folders'.
        let first = try TracedServer(nil, ["-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=\(number)"])
        let answers = try upload(["a/b/clip.mp4"], to: first)
        guard case .refused(_, let refusal)? = answers.first else { throw TestClient.Unexpected() }
        #expect(refusal.status == .storageFailed)
        #expect(try first.trace().contains { $0.contains("EIO") && $0.contains("INJECTED") })
        #expect(try first.scratch.names(in: "storage/.auto-upload/partial").isEmpty)
        let second = try TracedServer(first.scratch, ["-e", "trace=fsync"])
        #expect(try upload(["a/b/clip.mp4"], to: second).allSatisfy(isStored))
        #expect(try second.scratch.names(in: "storage/camera/a/b") == ["clip.mp4"])
        _ = try second.trace()
    }

    @Test("a disk without room is said as such, and leaves nothing behind")
    func full() throws {
        let server = try TracedServer(nil, ["-e", "trace=fallocate", "-e", "inject=fallocate:error=ENOSPC"])
        let client = try server.server.loggedIn()
        try client.send(.offer(upload: 1, Fixture.offer(size: 1 << 20, path: "x")))
        guard case .refused(_, let refusal)? = try client.receive() else { throw TestClient.Unexpected() }
        #expect(refusal.status == .storageFull)
        #expect(try server.scratch.names(in: "storage/.auto-upload/partial").isEmpty)
        _ = try server.trace()
    }
}
