import Glibc
import TestSupport

/// The standard error of a program, as a pipe that is read only when a test wants it.
final class HeldLog {
    private let path: String
    private let descriptor: CInt
    private var read: [UInt8] = []

    init(in scratch: ScratchFolder) throws {
        path = scratch.path("log")
        guard unsafe mkfifo(path, 0o600) == 0 else { throw Failure("no pipe: \(errno)") }
        descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("can't read the pipe: \(errno)") }
    }

    deinit {
        close(descriptor)
    }

    /// What, before a program and its arguments, gives it this for its standard error.
    var words: [String] { ["sh", "-c", #"log=$0 && exec "$@" 2>"$log""#, path] }

    /// Whether the pipe takes nothing more.
    func isFull() -> Bool {
        let writing = unsafe open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(writing) }
        var output = pollfd(fd: writing, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&output, 1, 0) == 0
    }

    /// Reads until there is a line that contains `part`.
    ///
    /// - Returns: all that was read by then; it counts as read.
    func read(untilLineWith part: String) throws -> [Substring] {
        while true {
            let text = String(decoding: read, as: UTF8.self)
            let lines = text.split(separator: "\n")
            if text.last == "\n", lines.contains(where: { $0.contains(part) }) {
                read = []
                return lines
            }
            guard readSome() else { throw Failure("no line with \(part) among \(lines.count): \(lines.suffix(5))") }
        }
    }

    private func readSome() -> Bool {
        var input = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&input, 1, 60_000) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 { read += buffer[..<count] }
        return count > 0
    }
}
