import Foundation
import TestSupport
import Testing

private let hasPython = (try? RunningProgram.run("/usr/bin/env", ["python3", "--version"]))?.status == 0

/// A server whose sockets were opened by somebody else, who keeps them, as systemd does.
@Suite("Sockets that are handed over", .enabled(if: hasPython, "python3 stands in for systemd"))
struct HandedSocketTests {
    private let site: Site
    private let manager: String

    init() throws {
        site = try Site()
        manager = try site.scratch.write(Self.script, to: "manager.py")
    }

    /// Opens sockets, NAME=ADDRESS each, hands them over to the command, and again to another one when that has ended well.
    private static let script = """
        import ctypes, fcntl, os, signal, socket, sys

        names, kept = [], []
        for word in sys.argv[1].split(","):
            name, host = word.split("=")
            opened = socket.create_server((host, 0))
            names.append(name)
            kept.append(fcntl.fcntl(opened, fcntl.F_DUPFD, 50))

        for attempt in range(2):
            child = os.fork()
            if child == 0:
                ctypes.CDLL(None).prctl(1, signal.SIGKILL)
                for index, descriptor in enumerate(kept):
                    os.dup2(descriptor, 3 + index)
                    os.close(descriptor)
                os.environ.update(
                    LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(kept)), LISTEN_FDNAMES=":".join(names))
                os.execvp(sys.argv[2], sys.argv[2:])
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if status != 0:
                sys.exit(status)

        """

    private func server(_ sockets: String, _ options: String...) throws -> TestServer {
        try TestServer(site, options: options, through: ["python3", manager, sockets])
    }

    @Test("both faces are served on one, plain HTTP on one that is named so; at a restart nobody is turned away")
    func served() throws {
        let pidFile = site.scratch.path("pid")
        let server = try server("tls=127.0.0.1,http=127.0.0.1", "--pidfile", pidFile)
        try server.expectServing()
        let put = try Curl(plain: server)("/files/a", Curl.login + ["-T", "-"], input: "hello")
        #expect(put.status == 201, "\(put)")
        let process = try #require(Int32(try site.scratch.text(of: "pid").dropLast()))
        kill(process, SIGTERM)
        _ = try server.logLine(with: " stopped ")
        // The same port, whether there is anybody yet who accepts or not.
        try server.expectServing()
        #expect(server.logLines.count { $0.contains(" receipt-key ") } == 2)
    }

    @Test("plain HTTP that other machines could reach is refused")
    func open() throws {
        let failed = #expect(throws: TestServer.DidNotStart.self) { _ = try server("http=0.0.0.0") }
        let outcome = try #require(failed?.outcome)
        #expect(outcome.status == 78 && outcome.error.contains("open to other machines"), "\(outcome)")
    }
}
