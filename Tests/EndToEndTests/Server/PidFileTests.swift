import Foundation
import TestSupport
import Testing

@Suite("--pidfile")
struct PidFileTests {
    private let site: Site
    private let path: String

    init() throws {
        site = try Site()
        path = site.scratch.path("pid")
    }

    private var options: [String] { ["--pidfile", path] }

    private func refusal(_ site: Site) throws -> RunningProgram.Outcome {
        let failed = #expect(throws: TestServer.DidNotStart.self) { _ = try TestServer(site, options: options) }
        return try #require(failed).outcome
    }

    @Test("holds the process's number, for everybody to read, and goes at the end; what a killed one left is replaced")
    func life() throws {
        let first = try TestServer(site, options: options)
        #expect(try site.scratch.text(of: "pid") == "\(first.program.processID)\n")
        #expect(try site.scratch.permissions(of: "pid") == 0o644)
        try first.kill()
        #expect(FileManager.default.fileExists(atPath: path))
        let second = try TestServer(site, options: options)
        #expect(try site.scratch.text(of: "pid") == "\(second.program.processID)\n")
        #expect(try second.stop().status == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("one that a living server has isn't taken, and goes with its own server only")
    func taken() throws {
        let server = try TestServer(site, options: options)
        let other = try refusal(try Site())
        #expect(other.status == 78 && other.error.contains("another process"), "\(other)")
        #expect(try site.scratch.text(of: "pid") == "\(server.program.processID)\n")
        try FileManager.default.removeItem(atPath: path)
        try site.scratch.write("1\n", to: "pid")
        #expect(try server.stop().status == 0)
        #expect(try site.scratch.text(of: "pid") == "1\n")
    }

    @Test("a link isn't followed, and a file that holds something else stays, with a word of what to do")
    func others() throws {
        let precious = try site.scratch.write("precious", to: "precious")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: precious)
        let link = try refusal(site)
        #expect(link.status == 78 && link.error.contains("it is a link"), "\(link)")
        try FileManager.default.removeItem(atPath: path)
        try site.scratch.write("precious", to: "pid")
        let file = try refusal(site)
        #expect(file.status == 78 && file.error.contains("something else"), "\(file)")
        #expect(try site.scratch.text(of: "pid") == "precious" && site.scratch.text(of: "precious") == "precious")
        let failed = #expect(throws: TestServer.DidNotStart.self) {
            _ = try TestServer(site, options: ["--pidfile", site.scratch.path("none/pid")])
        }
        #expect(failed?.outcome.error.contains("make its folder first") == true)
    }
}
