import Foundation
import Platform
import TestSupport
import Testing

/// The real server, with strace(1) looking on, or putting errors in the place of its system calls.
final class TracedServer {
    let scratch: ScratchFolder
    let port: UInt16
    private let program: RunningProgram
    private let tracer: RunningProgram

    /// - Parameter options: of strace, besides what it writes where.
    init(_ scratch: ScratchFolder? = nil, _ options: [String]) throws {
        let scratch = try scratch ?? ScratchFolder("traced")
        let certificates = try ExampleCertificates.loopback.get()
        try scratch.makeFolder("storage")
        let users = try scratch.write(TestUsers.file.get(), to: "users")
        self.scratch = scratch
        program = try RunningProgram(
            Binaries.server,
            ["-p", users, "-c", certificates.chain, "-k", certificates.key, "-f", scratch.path("storage")]
                + ["--address", "127.0.0.1", "--port", "0", "--allow-weak-storage"])
        let line = try #require(program.waitForLine(.error, containing: " listening "))
        port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
        tracer = try RunningProgram(
            "/usr/bin/strace", ["-f", "-y", "-o", scratch.path("trace"), "-p", "\(program.processID)"] + options)
        try #require(tracer.waitForLine(.error, containing: " attached") != nil)
    }

    /// Ends both.
    ///
    /// - Returns: what strace saw, a call a line.
    func trace() throws -> [String] {
        program.signal(SIGTERM)
        _ = try program.waitForEnd(seconds: 30)
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
