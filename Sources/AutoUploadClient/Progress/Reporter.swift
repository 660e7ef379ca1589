import Platform

/// Tells people what goes on: by a bar at a terminal, by lines in a log. Never a secret.
final class Reporter {
    /// Where text goes; tests collect it.
    struct Output {
        var log: ([LogLine]) -> Void
        /// Writes text as it is to the terminal; nil where there is none.
        var draw: ((String) -> Void)?
        var columns: () -> Int
        /// Told how far the sending has come, some times a second.
        var follow: ((StatusReport.Transfer) -> Void)?

        /// Standard error.
        static var standardError: Output {
            let draw: ((String) -> Void)? =
                Terminal.errorIsTerminal && !LogFormat.isJSON ? { LineWriter.standardError.show($0) } : nil
            return Output(log: { Log.write($0) }, draw: draw, columns: { Terminal.columns })
        }

        /// Nowhere.
        static var none: Output { Output(log: { _ in }, draw: nil, columns: { 80 }) }
    }

    private struct File {
        let name: String
        var amount: Amount
    }

    private let output: Output
    private var files = Amount(done: 0, total: 0)
    private var bytes = Amount(done: 0, total: 0)
    private var current: File?
    private var meter = RateMeter(now: .now)
    private var isDrawn = false
    private var nextDraw = Instant(nanoseconds: 0)

    private static let drawSeconds = 0.2
    private static let clearing = "\r\u{1b}[J"

    init(_ output: Output) {
        self.output = output
    }

    /// Writes a line of log. At a terminal only warnings and errors: there the bar tells the rest.
    func log(_ line: LogLine) {
        log([line])
    }

    /// Several at once: cheaper than each for itself.
    func log(_ lines: [LogLine]) {
        let shown = output.draw == nil ? lines : lines.filter { $0.level != .info }
        if shown.isEmpty { return }
        clear()
        output.log(shown)
    }

    /// Writes a line that is shown at a terminal, too.
    func announce(_ line: LogLine) {
        clear()
        output.log([line])
    }
}

// MARK: - Progress

extension Reporter {
    /// So much is due.
    func begin(files: Int, bytes: UInt64) {
        self.files = Amount(done: 0, total: UInt64(max(0, files)))
        self.bytes = Amount(done: 0, total: bytes)
        current = nil
        meter = RateMeter(now: .now)
        output.follow?(StatusReport.Transfer(files: self.files, bytes: self.bytes, rate: nil, current: nil))
    }

    /// A file's bytes are about to go.
    ///
    /// - Parameters:
    ///   - name: escaped.
    ///   - offset: bytes of it that needn't be sent.
    func beginFile(_ name: String, size: UInt64, offset: UInt64 = 0) {
        current = File(name: name, amount: Amount(done: offset, total: size))
        bytes.done = bytes.done.addingReportingOverflow(offset).partialValue
        draw()
    }

    /// More bytes have gone.
    func advance(_ count: UInt64) {
        let now = Instant.now
        current?.amount.done += count
        bytes.done = bytes.done.addingReportingOverflow(count).partialValue
        meter.add(count, now: now)
        if now >= nextDraw { draw() }
    }

    /// A file is over, whatever became of it.
    ///
    /// - Parameter unsent: bytes of it that will not be sent after all.
    func endFile(unsent: UInt64 = 0) {
        files.done += 1
        bytes.done = bytes.done.addingReportingOverflow(unsent).partialValue
        if Instant.now >= nextDraw { draw() }
    }

    /// A file gets another turn.
    func putBack(size: UInt64) {
        files.total += 1
        bytes.total = bytes.total.addingReportingOverflow(size).partialValue
    }

    /// Nothing goes on for now.
    func end() {
        clear()
        current = nil
    }

    private func draw() {
        nextDraw = Instant.now.advanced(bySeconds: Self.drawSeconds)
        output.follow?(
            StatusReport.Transfer(files: files, bytes: bytes, rate: meter.rate, current: current?.name))
        guard let draw = output.draw else { return }
        let columns = output.columns()
        let first = current.map { ProgressText.file($0.name, $0.amount, columns: columns) } ?? ""
        let left = meter.seconds(for: bytes.remaining)
        let second = ProgressText.total(files, bytes, rate: meter.rate, seconds: left, columns: columns)
        draw("\(Self.clearing)\(first)\n\(second)\r\u{1b}[1A")
        isDrawn = true
    }

    private func clear() {
        guard isDrawn, let draw = output.draw else { return }
        draw(Self.clearing)
        isDrawn = false
    }
}
