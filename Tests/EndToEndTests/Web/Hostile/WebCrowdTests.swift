import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// Many browsers beside many devices: neither keeps the other out.
@Suite("Crowds of web clients")
struct WebCrowdTests {
    /// Of each kind; a thousand by `scripts/soak crowd`.
    private static let count = ProcessInfo.processInfo.environment["AUTO_UPLOAD_SOAK"] == "crowd" ? 1000 : 60
    private static let seconds = 240.0

    @Test("as many browsers as devices upload at the same time, and every hash is right")
    func all() async throws {
        ProcessLimits.raiseOpenFiles()
        let server = try TestServer()
        try await onThread {
            let (count, seconds) = (Self.count, Self.seconds)
            let halfway = Barrier(2 * count)
            try onThreads(2 * count, seconds: seconds) { number in
                let content = Self.content(number)
                let atHalf: () throws -> Void = {
                    // All of them at once, whichever way they came.
                    try halfway.arrive(seconds: seconds)
                }
                if number < count {
                    try Self.send(content, "device-\(number)", by: server.loggedIn(), at: atHalf)
                } else {
                    try Self.send(content, "browser-\(number)", by: WebClient(server), at: atHalf)
                }
            }
            let expected = try (0..<2 * count).map { number in
                ("\(number < count ? "device" : "browser")-\(number)", try digest(of: Self.content(number)))
            }
            #expect(try server.site.stored() == Dictionary(uniqueKeysWithValues: expected))
            print("\(count) devices and as many browsers at once: \(try server.program.peakMemory() >> 20) MiB at most")
            #expect(try server.stop().status == 0)
        }
    }

    private static let common = sample(30_000)

    private static func content(_ number: Int) -> [UInt8] { Array("\(number) ".utf8) + common }

    private static func send(
        _ content: [UInt8], _ path: String, by device: ProtocolClient, at half: () throws -> Void
    ) throws {
        let upload = try device.offer(path, size: content.count)
        try device.send(data: Array(content[..<10_000]), upload: upload)
        guard case .proceed = try device.answer(seconds: seconds) else { throw Failure("no proceed") }
        try half()
        try device.send(data: Array(content[10_000...]), upload: upload)
        try device.finish(upload, content)
        guard case .stored = try device.finalAnswer(to: upload) else { throw Failure("not stored") }
    }

    private static func send(
        _ content: [UInt8], _ path: String, by browser: WebClient, at half: () throws -> Void
    ) throws {
        try browser.begin("PUT", "/files/\(path)", ["Expect: 100-continue"], length: content.count)
        guard try browser.head().status == 100 else { throw Failure("no 100") }
        try browser.send(content[..<10_000])
        try half()
        try browser.send(content[10_000...])
        let answer = try browser.answer(to: "PUT")
        guard answer.status == 201 else { throw Failure("\(answer)") }
    }

    /// A browser that comes, and stays.
    private static func browser(
        _ path: String, _ login: [String] = [], on server: TestServer
    ) throws -> WebClient {
        let browser = try WebClient(server)
        let answer = try browser("PUT", "/files/\(path)", login, sample(1000))
        guard answer.status == 201 else { throw Failure("\(answer)") }
        return browser
    }

    @Test(
        "a user whose browsers, or devices, hold all places makes room for others' devices and browsers",
        arguments: [true, false])
    func places(_ areBrowsers: Bool) async throws {
        try await onThread {
            let server = try TestServer(options: ["--max-connections", "12"])
            let other = ["Username: \(Fixtures.otherUser)", "Password: \(Fixtures.otherPassword)"]
            let (browsers, devices) = (areBrowsers ? 12 : 0, areBrowsers ? 0 : 12)
            let places = try (0..<browsers).map { try Self.browser("browser-\($0)", on: server) }
            let others = try (0..<devices).map { number in
                let device = try server.loggedIn()
                guard case .stored = try device.upload(sample(1000), to: "device-\(number)") else {
                    throw Failure("not stored")
                }
                return device
            }
            let newcomer = try Self.browser("a", other, on: server)
            try server.expectServing()
            #expect(try server.site.stored().count == 12)
            #expect(try server.site.stored(for: Fixtures.otherUser).count == 2)
            withExtendedLifetime((places, others, newcomer)) {}
        }
    }

    @Test("hundreds of connections that say nothing, or stop in the midst of a request, keep nobody out")
    func silent() async throws {
        try await onThread {
            let server = try TestServer(options: ["--max-before-login", "50"])
            try server.unharmed {
                let peers = try (0..<150).map { number in
                    let peer = try WebClient(server)
                    if number.isMultiple(of: 2) { try? peer.send(Array("POST /upload HTTP/1.1\r\nHost: x\r\n".utf8)) }
                    return peer
                }
                _ = try Self.browser("a", on: server)
                try server.expectServing()
                _ = try server.logLine(with: "made room for another")
                withExtendedLifetime(peers) {}
            }
        }
    }
}
