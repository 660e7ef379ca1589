import Platform
import Testing

@testable import AutoUploadClient

@Suite("Progress")
struct ProgressTests {
    @Test(
        "bytes are shown in decimal units",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_234_567, "1.2 MB"), (999_999, "1.0 MB"),
            (5_368_709_120, "5.4 GB"), (.max, "18.4 EB"),
        ] as [(UInt64, String)])
    func bytes(_ count: UInt64, _ text: String) {
        #expect(ProgressText.bytes(count) == text)
    }

    @Test("times are shown as clocks do", arguments: [(0.4, "0:00"), (67, "1:07"), (3600, "1:00:00"), (-1, "0:00")])
    func times(_ seconds: Double, _ text: String) {
        #expect(ProgressText.time(seconds) == text)
    }

    @Test("no line reaches the edge of the terminal, and the end of a long name is seen", arguments: [20, 80, 200])
    func fits(_ columns: Int) {
        let name = String(repeating: "folder/", count: 50) + "clip.mp4"
        let amount = Amount(done: 5, total: 10)
        let line = ProgressText.file(name, amount, columns: columns)
        #expect(line.count < columns)
        if columns >= 80 { #expect(line.contains("clip.mp4")) }
        let total = ProgressText.total(amount, amount, rate: 1e9, seconds: 1e6, columns: columns)
        #expect(total.count < columns)
    }

    @Test("a bar that is done is full, also of nothing")
    func fullBars() {
        #expect(Amount(done: 0, total: 0).fraction == 1)
        #expect(ProgressText.file("f", Amount(done: 9, total: 9), columns: 80).contains("100%"))
        #expect(ProgressText.file("f", Amount(done: 0, total: 9), columns: 80).contains("  0%"))
    }

    @Test("a bar at the terminal is cleared before a line, and in the end")
    func clears() {
        var screen: [String] = []
        let output = Reporter.Output(
            log: { lines in screen += lines.map { "LINE \($0.text)" } }, draw: { screen.append($0) }, columns: { 80 })
        let reporter = Reporter(output)
        reporter.begin(files: 1, bytes: 10)
        reporter.beginFile("clip.mp4", size: 10)
        reporter.log(LogLine("quiet"))
        reporter.log(LogLine("loud", level: .warning))
        reporter.beginFile("clip.mp4", size: 10)
        reporter.end()
        #expect(screen.count == 5)
        #expect(screen[0].contains("clip.mp4"))
        #expect(screen[1] == "\r\u{1b}[J")
        #expect(screen[2] == "LINE loud")
        #expect(screen[4] == "\r\u{1b}[J")
    }

    @Test("the rate follows what goes on, and tells the time that is left")
    func rate() {
        let start = Instant(nanoseconds: 0)
        var meter = RateMeter(now: start)
        #expect(meter.seconds(for: 100) == nil)
        for second in 1...20 { meter.add(1000, now: start.advanced(bySeconds: Double(second))) }
        #expect(meter.rate.map { ($0 - 1000).magnitude < 1 } == true)
        #expect(meter.seconds(for: 5000).map { ($0 - 5).magnitude < 0.1 } == true)
    }
}
