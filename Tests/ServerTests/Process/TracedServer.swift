import Foundation
import TestSupport
import Testing

/// The real server, with strace(1) looking on, or putting errors in the place of its system calls.
final class TracedServer {
    let server: RealServer
    private let tracer: RunningProgram

    /// - Parameter options: of strace, besides what it writes where.
    init(_ scratch: ScratchFolder? = nil, _ options: [String]) throws {
        server = try RealServer(scratch)
        tracer = try RunningProgram(
            "/usr/bin/strace",
            ["-f", "-y", "-o", server.scratch.path("trace"), "-p", "\(server.program.processID)"] + options)
        try #require(tracer.waitForLine(.error, containing: " attached") != nil)
    }

    var scratch: ScratchFolder { server.scratch }

    /// Ends both.
    ///
    /// - Returns: what strace saw, a call a line.
    func trace() throws -> [String] {
        server.program.signal(SIGTERM)
        _ = try server.program.waitForEnd(seconds: 30)
        _ = try tracer.waitForEnd(seconds: 30)
        return try scratch.text(of: "trace").split(separator: "\n").map(String.init)
    }

    /// Whether strace is there and may trace.
    static let isPossible: Bool = {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/strace") else { return false }
        let tried = try? RunningProgram.run("/usr/bin/strace", ["-o", "/dev/null", "/bin/true"])
        return tried?.status == 0
    }()
}
