import Foundation
import TestSupport
import Testing

/// Passwords, and what stands for them, are nowhere but where they belong: not in logs, answers and error texts, and not in what other
/// processes see.
@Suite("Secrets stay secret")
struct SecretTests {
    private static let password = "Quaerendo-invenietis-1747"
    private static let wrong = "Cum-digitis-suis-1747"
    /// Of a line that nobody can log in with.
    private static let garbled = "Sine-cerimonia-1747"
    private static let user = "bach"
    private static let brokenKey = "-----BEGIN " + "PRIVATE KEY-----\n\(garbled)\n"

    private let site: Site
    private let secrets: [String]

    init() throws {
        site = try Site()
        try Fixtures.addUser(Self.user, Self.password, to: site.users)
        let unusable = "johann:\(Self.garbled)\nsebastian:$argon2id$v=19$\(Self.garbled)\n"
        let lines = try site.scratch.text(of: "users") + unusable
        try site.scratch.write(lines, to: "users")
        let key = try String(contentsOfFile: site.certificates.key, encoding: .utf8).split(separator: "\n")
        let receiptKey = ["MC4CAQAwBQYDK2Vw"]
        let basic = [Self.password, Self.wrong].map { Data("\(Self.user):\($0)".utf8).base64EncodedString() }
        // What stands behind the salt.
        let hashes = lines.split(separator: "\n").compactMap { $0.split(separator: "$").last.map(String.init) }
        secrets =
            [Self.password, Self.wrong, Self.garbled] + basic + hashes + receiptKey
            + key.filter { !$0.hasPrefix("-----") }.map(String.init)
    }

    private func expectNone(in text: String, _ place: String, sourceLocation: SourceLocation = #_sourceLocation) {
        for secret in secrets where text.contains(secret) {
            Issue.record("\(place) has the secret \(secret.prefix(6))…", sourceLocation: sourceLocation)
        }
    }

    private func expectNone(seenOf process: Int32) throws {
        for (file, text) in try ProcessView.files(of: process) { expectNone(in: text, file) }
    }

    private func client(_ server: TestServer, _ password: String) throws -> TestClient {
        let client = try TestClient(server, user: Self.user, password: password)
        try client.record(sample(10), as: "clip.mp4")
        return client
    }

    @Test("of logins that succeed and fail, on both faces, by every way to give a password")
    func logins() throws {
        let server = try TestServer(site)
        for password in [Self.password, Self.wrong] {
            let client = try client(server, password)
            let file = try client.scratch.write(password + "\n", to: "password")
            for (given, environment) in [
                (["--password-file", file], [:]), (["-p", password], [:]), ([], client.environment),
            ] {
                let once = try RunningProgram.run(
                    Binaries.client, client.arguments(["--once"] + given), environment: environment)
                #expect((once.status == 0) == (password == Self.password), "\(once)")
                expectNone(in: once.output + once.error, "the client's output")
            }
            let curl = try Curl(server)
            let login = "\(Self.user):\(password)"
            for options in [
                ["-u", login, "-T", "-"], ["-H", "Username: \(Self.user)", "-H", "Password: \(password)", "-T", "-"],
                ["-H", "Authorization: Basic !\(Data(login.utf8).base64EncodedString())", "-T", "-"],
            ] {
                let answer = try curl("/files/\(UUID().uuidString)", options, input: "hello")
                expectNone(in: answer.text + answer.fields.values.joined(), "an answer")
            }
            let form = try curl("/upload", ["-F", "username=\(Self.user)", "-F", "password=\(password)", "-F", "a=@-"])
            expectNone(in: form.text, "an answer")
        }
        try expectNone(seenOf: server.program.processID)
        #expect(try server.stop().status == 0)
        expectNone(in: server.log, "the server's log")
        #expect(server.log.contains(" login ") && server.log.contains(" login-denied "))
    }

    @Test("of a client that runs, in what others see of it", arguments: [true, false])
    func running(_ isInEnvironment: Bool) throws {
        let server = try TestServer(site)
        let client = try client(server, Self.password)
        let program = try RunningProgram(
            Binaries.client, client.arguments(isInEnvironment ? [] : ["-p", Self.password]),
            environment: isInEnvironment ? client.environment : [:])
        _ = try server.logLine(with: " stored ")
        try expectNone(seenOf: program.processID)
        expectNone(in: try ProcessView.list(), "ps")
        program.signal(SIGTERM)
        let ended = try program.waitForEnd()
        expectNone(in: ended.output + ended.error, "the client's output")
    }

    @Test("of files that can't be used: what is wrong is told, and not what stands there")
    func unusable() throws {
        let arguments = try [
            ["-k": site.scratch.write(Self.brokenKey, to: "key.pem")],
            ["--receipt-key": site.scratch.write(Self.brokenKey, to: "r.pem")],
            ["-p": site.scratch.write("\(Self.user):x\n\(Self.user):\(Self.garbled)\n", to: "twice")],
        ]
        for changed in arguments {
            let ended = try RunningProgram.run(
                "/usr/bin/env", ["timeout", "5", Binaries.server] + site.arguments(changed))
            #expect(ended.status != 0)
            expectNone(in: ended.output + ended.error, "the server's output")
        }
    }
}
