internal import Glibc

/// Writes lines to a descriptor by a thread of its own, so that nobody who has something to tell ever waits for its reader:
/// a pipe that nobody reads and a terminal that was told to stop take nothing, for as long as they like.
package final class LineWriter: Sendable {
    /// Standard error, for all that programs say.
    package static let standardError = LineWriter(descriptor: STDERR_FILENO, lossLine: Log.lossLine)

    private struct State: Sendable {
        var queue: LineQueue
        var hasThread = false
        /// Whether the program ends, and its reader has had his time.
        var isEnding = false
    }

    private let descriptor: CInt
    private let state: Monitor<State>

    /// Bytes that wait at most: a thousand uploads are told in a quarter of it.
    private static let usualLimit = 1 << 20
    /// Bytes that are handed over in one go.
    private static let piece = 64 * 1024
    /// Bytes that a descriptor takes at once when poll(2) says that it takes any: PIPE_BUF.
    private static let smallPiece = 4096

    /// - Parameter lossLine: says that so many lines found no room, or couldn't be written.
    init(descriptor: CInt, limit: Int = usualLimit, lossLine: @escaping @Sendable (Int) -> String) {
        self.descriptor = descriptor
        state = Monitor(State(queue: LineQueue(limit: limit, lossLine: lossLine)))
    }

    package func write(_ lines: [String]) {
        change { queue in for line in lines { queue.add(line) } }
    }

    /// Shows text as it is, such as a bar of progress, behind all lines. One that hasn't been seen gives way to the next.
    package func show(_ text: String) {
        change { $0.show(text) }
    }

    /// Waits until all is written, but no longer than until the deadline.
    package func flush(until deadline: Deadline) {
        let isWritten = state.wait(before: deadline) { state in
            state.queue.isIdle ? true : state.hasThread ? nil : false
        }
        // No thread could be started: what is to be told may be just that.
        if isWritten == false { writeNext(until: deadline) }
    }

    /// Waits until all is written, but no longer than for so long; then for half of it again until a line is written that says how
    /// many are missing.
    package func end(within seconds: Double) {
        flush(until: .after(seconds: seconds))
        let isLate = state.change { state in
            if state.queue.isIdle { return false }
            state.isEnding = true
            state.queue.abandon()
            return true
        }
        if isLate { flush(until: .after(seconds: seconds / 2)) }
    }

    private func change(_ body: (inout LineQueue) -> Void) {
        let needsThread = state.change { state in
            defer { state.hasThread = true }
            body(&state.queue)
            return !state.hasThread
        }
        guard needsThread else { return }
        do throws(SystemError) {
            try Signals.withoutAny { () throws(SystemError) in
                try Thread.detach { [self] in while true { writeNext() } }
            }
        } catch {
            // The next line tries again.
            state.change { $0.hasThread = false }
        }
    }
}

// MARK: - The thread

extension LineWriter {
    private func writeNext() {
        let (batch, isLast) = state.wait { state in state.queue.take().map { ($0, state.isEnding) } }
        let written = written(batch.bytes, isLast: isLast)
        state.change { $0.queue.finish(batch, written: written) }
    }

    private func writeNext(until deadline: Deadline) {
        guard let batch = state.withLock({ $0.queue.take() }) else { return }
        let written = written(batch.bytes, until: deadline)
        state.change { $0.queue.finish(batch, written: written) }
    }

    /// - Parameters:
    ///   - deadline: nil for a thread that may wait for ever.
    ///   - isLast: whether it is what is said at the end, rather than what is given up then.
    /// - Returns: how many bytes were; not all when the reader is gone, or the disk is full.
    private func written(_ bytes: [UInt8], until deadline: Deadline? = nil, isLast: Bool = false) -> Int {
        unsafe bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count, let start = buffer.baseAddress {
                if let deadline, !isReady(until: deadline) { return written }
                var length = min(buffer.count - written, deadline == nil ? Self.piece : Self.smallPiece)
                if !isLast, state.withLock({ $0.isEnding }) {
                    length = min(length, Self.restOfLine(bytes, written))
                    if length == 0 { return written }
                }
                let count = unsafe Glibc.write(descriptor, start + written, length)
                if count > 0 {
                    written += count
                } else if !mayGoOn(after: count == 0 ? .inputOutput : .current) {
                    return written
                }
            }
            return written
        }
    }

    /// Bytes from a position to the end of the line that has begun before it.
    private static func restOfLine(_ bytes: [UInt8], _ position: Int) -> Int {
        guard position > 0, bytes[position - 1] != LineQueue.newline else { return 0 }
        return bytes[position...].prefix { $0 != LineQueue.newline }.count + 1
    }

    /// Another program may have made what we share with it non-blocking.
    private func mayGoOn(after errno: Errno) -> Bool {
        if errno == .tryAgain { _ = isReady(until: .after(seconds: 1)) }
        return errno == .tryAgain || errno == .interrupted
    }

    private func isReady(until deadline: Deadline) -> Bool {
        var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&output, 1, deadline.remainingMilliseconds) > 0
    }
}
