import CommandLine
import Domain
import Foundation
import Platform
import Testing
import Wire

@testable import AutoUploadServer
@testable import Connections

/// What the server takes on.
@Suite struct LimitsTests {
    @Test(
        "descriptors are shared out so that neither connections nor one user can take all",
        arguments: [64, 256, 1024, 4096])
    func fewDescriptors(_ files: UInt64) throws {
        var limits = Limits()
        let told = limits.fit(openFiles: files)
        let warning = try #require(told)
        #expect(warning.contains("\(limits.connections) rather than 10000") && warning.contains("\(files) files"))
        #expect(limits.connections + 2 * limits.openUploadsInAll < Int(files))
        #expect(limits.connections >= 16 && 4 * limits.openUploadsInAll > limits.connections)
        #expect(limits.openUploadsPerUser < limits.openUploadsInAll)
    }

    @Test(
        "the more connections there are, the fewer uploads a new one is told to leave unanswered, though some",
        arguments: [(1, 1024), (8, 1024), (16, 512), (64, 128), (10_000, 64)])
    func windows(_ connections: Int, _ window: UInt16) {
        var limits = Limits()
        #expect(limits.openUploads(among: connections) == window)
        limits.openUploads = 16
        #expect(limits.openUploads(among: connections) == 16)
    }

    @Test("few descriptors make a window that one user may fill", arguments: [64, 256, 1024, 4096])
    func smallWindows(_ files: UInt64) {
        var limits = Limits()
        _ = limits.fit(openFiles: files)
        for connections in [1, 10, 1000] {
            let window = Int(limits.openUploads(among: connections))
            #expect(window >= 1 && window <= limits.openUploadsPerUser)
        }
    }

    @Test("where there are enough, the limits are as they were set", arguments: [20_000, 1 << 20, .max])
    func manyDescriptors(_ files: UInt64) {
        var limits = Limits()
        let told = limits.fit(openFiles: files)
        #expect(told == nil)
        #expect(limits.connections == Limits().connections)
        #expect(files == 20_000 || limits.openUploadsPerUser == Limits().openUploadsPerUser)
    }

    @Test("the defaults of the options are those of the limits")
    func defaults() throws {
        let parser = CommandLineParser(program: "x", summary: "", options: LimitOptions.table)
        guard case .run(let parsed) = try parser.parse(ArgumentVector(["x"])) else { throw Unparsed() }
        let limits = try Limits(parsed)
        #expect("\(limits)" == "\(Limits())")
    }

    @Test("README.md has every limit with its default", arguments: LimitOptions.table.map(\.name))
    func readme(_ name: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let lines = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8).split(separator: "\n")
        let option = try #require(LimitOptions.table.first { $0.name == name })
        let row = try #require(lines.first { $0.hasPrefix("| `--\(name) \(option.value.name ?? "")` |") })
        let told = try #require(row.split(separator: "|").last).trimmingCharacters(in: .whitespaces)
        #expect(told == option.defaultText)
    }

    private struct Unparsed: Error {}

    @Test("the defaults allow what PROTOCOL.md promises to clients (section 12)")
    func promises() {
        let limits = Limits()
        #expect(limits.handshake >= 10 && limits.login >= 20 && limits.frame >= 30)
        #expect(limits.stall >= 60 && limits.rateWindow > limits.stall && limits.idle >= 300)
    }

    @Test("uploads of one user have a bound, those of all have another, and what ends makes room")
    func slots() throws {
        let slots = UploadSlots(inAll: 3, perUser: 2)
        let (camera, phone) = (FileName(constant: "camera"), FileName(constant: "phone"))
        var mine = try (0..<2).map { _ in try slots.take(for: camera).get() }
        #expect(throws: UploadSlots.Full.self) { try slots.take(for: camera).get() }
        guard case .failure(let full) = slots.take(for: camera) else { return }
        #expect(full.refusal.status == .tooManyUploads && full.refusal.retryAfterSeconds > 0)
        let other = try slots.take(for: phone).get()
        guard case .failure(let all) = slots.take(for: phone) else { throw full }
        #expect(all.refusal.status == .busy)
        mine.removeLast()
        let again = try slots.take(for: phone).get()
        withExtendedLifetime((mine, other, again)) {}
    }

    @Test("a flood of refusals is told once a second, with a number")
    func refusals() {
        var digest = RefusalDigest()
        let start = Instant.now
        let told = ([0, 0, 0.5, 0.9, 1.1, 2.2] as [Double]).map { seconds in
            digest.add("full", now: start.advanced(bySeconds: seconds))
        }
        #expect(told == ["full", nil, nil, nil, "full (and 3 more refused before it)", "full"])
    }
}
