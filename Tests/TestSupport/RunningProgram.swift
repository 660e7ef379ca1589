internal import Foundation

/// A real process, with what it writes collected; killed when the value goes.
///
/// Every wait has a bound. A test that wants something to happen awaits the line that tells of it.
package final class RunningProgram: @unchecked Sendable {
    // Sendable: what changes is behind the condition.
    package let processID: Int32
    private let input: FileHandle?
    private let condition = NSCondition()
    private var collected: [Stream: [UInt8]] = [.output: [], .error: []]
    private var openStreams = 2
    private var status: Int32?

    package enum Stream: Sendable {
        case output, error
    }

    /// What came of a process.
    package struct Outcome: Sendable {
        /// The exit status, or 128 plus the number of the signal that ended it.
        package let status: Int32
        package let output: String
        package let error: String
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: added to this process's own.
    ///   - standardInput: what the program reads before the end of its input; nil leaves it open for `send`.
    ///   - terminal: what it has as its input instead.
    package init(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
        standardInput: String? = "", terminal: PseudoTerminal? = nil
    ) throws {
        let environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let spawned = try Spawned(
            path, arguments, environment: environment, folder: folder, terminal: terminal?.slave)
        processID = spawned.processID
        input = spawned.input
        collect(spawned.output, as: .output)
        collect(spawned.error, as: .error)
        awaitEnd()
        if let standardInput {
            send(standardInput)
            try? input?.close()
        }
    }

    deinit {
        if status == nil { kill(processID, SIGKILL) }
    }

    /// Writes to the program's input, if it still reads.
    package func send(_ text: String) {
        // A program that ends without reading must not end the tests by SIGPIPE; ignoring that would be inherited by
        // programs, and hide that one of them doesn't deal with it.
        withoutBrokenPipe { try? input?.write(contentsOf: Data(text.utf8)) }
    }

    package func signal(_ number: Int32) {
        // Under the lock: a number that has been waited for may already be another process's.
        condition.withLock { if status == nil { kill(processID, number) } }
    }

    package var hasEnded: Bool {
        condition.withLock { status != nil }
    }

    /// What the program has written so far.
    package func text(_ stream: Stream) -> String {
        condition.withLock { String(decoding: collected[stream] ?? [], as: UTF8.self) }
    }

    /// Waits until a line that contains `part` has been written.
    ///
    /// - Returns: the first such line; nil when the program ended, or the time was over, before there was one.
    package func waitForLine(_ stream: Stream, containing part: String, seconds: Double = 120) -> String? {
        waitForLine(stream, seconds: seconds) { $0.contains(part) }
    }

    /// Waits until a line has been written that `isWanted` wants. Each line is looked at once.
    ///
    /// - Returns: nil when the program ended, or the time was over, before there was one.
    package func waitForLine(_ stream: Stream, seconds: Double = 120, where isWanted: (String) -> Bool) -> String? {
        var start = 0
        return wait(seconds: seconds) {
            let text = (collected[stream] ?? [])[start...]
            guard let end = text.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
            start = end + 1
            let lines = String(decoding: text[..<end], as: UTF8.self).split(separator: "\n")
            return lines.lazy.map(String.init).first(where: isWanted)
        }
    }

    /// Waits until `text` has been written, such as a question without an end of line.
    ///
    /// - Returns: false when the program ended, or the time was over, before it was.
    package func waitForText(_ stream: Stream, _ text: String, seconds: Double = 120) -> Bool {
        wait(seconds: seconds) {
            String(decoding: collected[stream] ?? [], as: UTF8.self).contains(text) ? true : nil
        } ?? false
    }

    /// Waits for the program to end.
    ///
    /// - Throws: `DidNotEnd` when the time was over; the program has then been killed.
    package func waitForEnd(seconds: Double = 120) throws -> Outcome {
        guard let status = wait(seconds: seconds, for: { openStreams == 0 ? self.status : nil }) else {
            signal(SIGKILL)
            throw DidNotEnd(error: text(.error))
        }
        return Outcome(status: status, output: text(.output), error: text(.error))
    }

    package struct DidNotEnd: Error {
        package let error: String
    }

    /// Runs a program to its end.
    package static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
        standardInput: String = "", seconds: Double = 120
    ) throws -> Outcome {
        let program = try RunningProgram(
            path, arguments, environment: environment, folder: folder, standardInput: standardInput)
        return try program.waitForEnd(seconds: seconds)
    }
}

// MARK: - Collecting

extension RunningProgram {
    /// Waits until `value` gives one, or the program is gone and still there is none.
    private func wait<Value>(seconds: Double, for value: () -> Value?) -> Value? {
        let end = Date(timeIntervalSinceNow: seconds)
        return condition.withLock {
            while true {
                if let value = value() { return value }
                if status != nil, openStreams == 0 { return nil }
                guard condition.wait(until: end) else { return value() }
            }
        }
    }

    private func awaitEnd() {
        Foundation.Thread.detachNewThread { [weak self, processID] in
            waitUntilEnded(processID)
            guard let self else { return _ = reap(processID) }
            self.condition.withLock {
                self.status = reap(processID)
                self.condition.broadcast()
            }
        }
    }

    /// A thread of its own for each stream: a program that fills a pipe that nobody reads would stand still.
    private func collect(_ handle: FileHandle, as stream: Stream) {
        Foundation.Thread.detachNewThread { [weak self] in
            while case let data = handle.availableData, !data.isEmpty { self?.append(data, to: stream) }
            self?.noteClosed()
        }
    }

    private func append(_ data: Data, to stream: Stream) {
        condition.withLock {
            collected[stream]?.append(contentsOf: data)
            condition.broadcast()
        }
    }

    private func noteClosed() {
        condition.withLock {
            openStreams -= 1
            condition.broadcast()
        }
    }
}

private func withoutBrokenPipe(_ body: () -> Void) {
    var (broken, saved) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&broken)
    unsafe sigaddset(&broken, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &broken, &saved)
    body()
    var none = timespec()
    unsafe sigtimedwait(&broken, nil, &none)
    unsafe pthread_sigmask(SIG_SETMASK, &saved, nil)
}
