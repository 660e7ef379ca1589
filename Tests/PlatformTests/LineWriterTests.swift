import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("What a program has to say, and nobody who reads it")
struct LineWriterTests {
    private func queue(limit: Int = 20) -> LineQueue {
        LineQueue(limit: limit) { "lost \($0)" }
    }

    private func text(_ batch: LineQueue.Batch?) -> String? {
        batch.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test("lines come out in order, all at once")
    func inOrder() {
        var queue = queue()
        #expect(queue.isIdle && queue.take() == nil)
        for line in ["a", "b", "c"] { queue.add(line) }
        #expect(!queue.isIdle)
        let batch = queue.take()
        #expect(text(batch) == "a\nb\nc\n")
        queue.add("d")
        #expect(queue.take() == nil, "one is on its way")
        if let batch { queue.finish(batch, written: 6) }
        #expect(text(queue.take()) == "d\n")
    }

    @Test("what finds no room is counted, and a line says so where it is missing")
    func full() {
        var queue = queue()
        for line in ["first", "a line that is too long", "short", "too"] { queue.add(line) }
        let batch = queue.take()
        #expect(text(batch) == "first\nlost 3\n")
        if let batch { queue.finish(batch, written: batch.bytes.count) }
        queue.add("later")
        #expect(text(queue.take()) == "later\n")
    }

    @Test("what couldn't be written is told of before what comes next, until that can be")
    func unwritten() {
        var queue = queue()
        for line in ["one", "two", "three"] { queue.add(line) }
        for (next, written, expected) in [
            ("four", 5, "one\ntwo\nthree\n"), ("five", 0, "lost 2\nfour\n"), ("six", 0, "lost 3\nfive\n"),
            ("", 11, "lost 4\nsix\n"),
        ] {
            let batch = queue.take()
            #expect(text(batch) == expected)
            if let batch { queue.finish(batch, written: written) }
            #expect(queue.isIdle)
            queue.add(next)
        }
        #expect(text(queue.take()) == "\n")
    }

    @Test("of pictures the latest is shown, behind the lines that came before it")
    func pictures() {
        var queue = queue()
        queue.show("[#..]")
        queue.show("[##.]")
        let batch = queue.take()
        #expect(text(batch) == "[##.]")
        if let batch { queue.finish(batch, written: batch.bytes.count) }
        queue.add("before")
        for picture in ["[##.]", "[###]", "\r"] { queue.show(picture) }
        queue.add("after")
        queue.show("[...]")
        #expect(text(queue.take()) == "before\n\rafter\n[...]")
    }

    @Test("nobody waits for a reader; when it reads on, it is told how much is missing")
    func unread() throws {
        let pipe = try RawPipe()
        let writer = LineWriter(descriptor: pipe.writing, limit: 1000) { "lost \($0)" }
        let line = String(repeating: "x", count: 99)
        for _ in 0..<2000 { writer.write([line]) }
        writer.flush(until: .after(seconds: 0.01))
        pipe.readUntil("lost ")
        writer.write(["again"])
        pipe.readUntil("again\n")
        let lines = pipe.text.split(separator: "\n")
        let told = lines.filter { $0.hasPrefix("lost ") }.compactMap { Int($0.dropFirst(5)) }.reduce(0, +)
        #expect(lines.count { $0 == line } + told == 2000)
        #expect(lines.last == "again")
        writer.flush(until: .after(seconds: 30))
        pipe.closeReading()
        writer.write(["to nobody"])
        writer.flush(until: .after(seconds: 30))
    }

    @Test("at the end a reader who is too slow is told how much is missing")
    func slowAtTheEnd() throws {
        let pipe = try RawPipe()
        let writer = LineWriter(descriptor: pipe.writing) { "lost \($0)" }
        let line = String(repeating: "x", count: 99)
        for _ in 0..<50 { writer.write(Array(repeating: line, count: 50)) }
        // More than a pipe takes.
        writer.end(within: 0.02)
        let counts = { (text: String) in
            let lines = text.split(separator: "\n")
            let told = lines.filter { $0.hasPrefix("lost ") }.compactMap { Int($0.dropFirst(5)) }.reduce(0, +)
            return (whole: lines.count { $0 == line }, told: told)
        }
        pipe.read { text in text.contains("lost ") && counts(text).whole + counts(text).told >= 2500 }
        #expect(counts(pipe.text).told > 0)
        #expect(counts(pipe.text).whole + counts(pipe.text).told == 2500)
    }
}

/// A pipe that a test reads when it likes.
private final class RawPipe {
    private let reading: CInt
    let writing: CInt
    private(set) var text = ""

    struct NotAvailable: Error {}

    init() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [CInt] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw NotAvailable() }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }

    func readUntil(_ part: String) {
        read { $0.contains(part) }
    }

    func read(until isEnough: (String) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var input = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        while !isEnough(text), unsafe poll(&input, 1, 30_000) > 0 {
            let count = unsafe Glibc.read(reading, &buffer, buffer.count)
            if count <= 0 { return }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    func closeReading() {
        close(reading)
    }
}
