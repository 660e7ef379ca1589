import TestSupport
import Testing

/// The real program, over a scratch folder.
final class RealServer: Sendable {
    let scratch: ScratchFolder
    let port: UInt16
    let program: RunningProgram

    /// - Parameter preparation: what bash does before it becomes the server, such as "ulimit -n 64".
    init(_ scratch: ScratchFolder? = nil, after preparation: String? = nil) throws {
        let scratch = try scratch ?? ScratchFolder("real")
        let certificates = try ExampleCertificates.loopback.get()
        try scratch.makeFolder("storage")
        let users = try scratch.write(TestUsers.file.get(), to: "users")
        self.scratch = scratch
        let arguments =
            ["-p", users, "-c", certificates.chain, "-k", certificates.key, "-f", scratch.path("storage")]
            + ["--address", "127.0.0.1", "--port", "0", "--allow-weak-storage"]
        if let preparation {
            let command = "\(preparation); exec \"$0\" \"$@\""
            program = try RunningProgram("/bin/bash", ["-c", command, Binaries.server] + arguments)
        } else {
            program = try RunningProgram(Binaries.server, arguments)
        }
        let line = try #require(program.waitForLine(.error, containing: " listening "))
        port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
    }

    func loggedIn() throws -> TestClient {
        let client = try TestClient(port: port)
        try client.logIn()
        return client
    }
}
