import Foundation
import Platform
import TestSupport
import Testing

/// A client that can't do its work says why, in one line, ends with the right code, and leaves every file alone.
@Suite("A client that can't")
struct RefusalTests {
    static let recording = sample(5000)

    private func expectUntouched(
        _ ended: RunningProgram.Outcome, _ status: Int32, says: String, _ client: TestClient,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(ended.status == status, "\(ended.error)", sourceLocation: sourceLocation)
        #expect(ended.error.contains(says), "\(ended.error)", sourceLocation: sourceLocation)
        #expect(ended.error.split(separator: "\n").count == 1, "\(ended.error)", sourceLocation: sourceLocation)
        #expect(!ended.error.contains(Fixtures.password), sourceLocation: sourceLocation)
        let recordings = try client.recordings()
        #expect(try recordings == ["clip.mp4": digest(of: Self.recording)], sourceLocation: sourceLocation)
    }

    // MARK: - Login

    @Test("a wrong password or an unknown user is 77", arguments: [(Fixtures.user, "wrong"), ("nobody", "wrong")])
    func denied(_ user: String, _ password: String) throws {
        let server = try TestServer()
        let client = try TestClient(server, user: user, password: password)
        try client.record(Self.recording, as: "clip.mp4")
        try expectUntouched(
            try client.pass("-d", "y"), 77,
            says: "login was denied (credentialsWrong: wrong user, password or one-time code): check --username", client
        )
        #expect(try server.site.stored(for: user).isEmpty)
    }

    // MARK: - Trust

    struct Impostor: CustomTestStringConvertible {
        let testDescription: String
        let certificates: @Sendable () throws -> ExampleCertificates
        /// Whom the client trusts; nil: the system's authorities.
        var trusted: @Sendable (ExampleCertificates) throws -> String? = { $0.authority }
        let says: String
    }

    static let impostors = [
        Impostor(
            testDescription: "an authority that isn't trusted", certificates: { try Fixtures.certificates.get() },
            trusted: { _ in try Fixtures.others.get().authority },
            says: "if that authority is yours, name its certificate by --ca-file"),
        Impostor(
            testDescription: "an authority that the system doesn't know",
            certificates: { try Fixtures.certificates.get() }, trusted: { _ in nil }, says: "--ca-file"),
        Impostor(
            testDescription: "the address of another",
            certificates: { try ExampleCertificates(for: ["127.0.0.2"]) },
            says: "is for IP Address:127.0.0.2, not for 127.0.0.1"),
        Impostor(
            testDescription: "a certificate that has expired",
            certificates: {
                try ExampleCertificates(
                    for: ["127.0.0.1", "--not-before", "20200101000000Z", "--not-after", "20210101000000Z"])
            }, says: "valid from 2020-01-01T00:00:00Z to 2021-01-01T00:00:00Z; this device's clock says 20"),
        Impostor(
            testDescription: "a certificate that isn't valid yet",
            certificates: {
                try ExampleCertificates(
                    for: ["127.0.0.1", "--not-before", "20900101000000Z", "--not-after", "20910101000000Z"])
            }, says: "valid from 2090-01-01T00:00:00Z to 2091-01-01T00:00:00Z; this device's clock says 20"),
    ]

    @Test("a server that can't be trusted is 76, and never learns the password", arguments: impostors)
    func untrusted(_ impostor: Impostor) throws {
        try expectUntrusted(impostor, at: "127.0.0.1")
    }

    /// Debian's smallest systems know no such name.
    private static let knowsLocalhost = (try? resolve(host: "localhost", port: 443, passive: false)) != nil

    @Test(
        "the certificate of another name is 76, too",
        .enabled(if: knowsLocalhost, "this machine doesn't know the name localhost"))
    func otherName() throws {
        let impostor = Impostor(
            testDescription: "the name of another",
            certificates: { try ExampleCertificates(for: ["example.org"]) }, says: "can't be trusted")
        try expectUntrusted(impostor, at: "localhost")
    }

    private func expectUntrusted(_ impostor: Impostor, at host: String) throws {
        let certificates = try impostor.certificates()
        let server = try TestServer(Site(certificates: certificates))
        let authority = try impostor.trusted(certificates)
        let client = try TestClient(
            server: "\(host):\(server.port)", authority: authority)
        try client.record(Self.recording, as: "clip.mp4")
        let ended = try client.pass("-d", "y")
        try expectUntouched(ended, 76, says: impostor.says, client)
        #expect(!server.log.contains(" login"))
        #expect(try server.site.stored().isEmpty)
    }

    @Test("who speaks TLS but not our protocol is 76")
    func otherServer() throws {
        let certificates = try Fixtures.certificates.get()
        let server = try RunningProgram(
            "/usr/bin/env",
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificates.chain, "-key", certificates.key]
                + ["-www"], standardInput: nil)
        let line = try #require(server.waitForLine(.output, containing: "ACCEPT 127.0.0.1:"))
        let port = try #require(line.split(separator: ":").last)
        let client = try TestClient(server: "127.0.0.1:\(port)", authority: certificates.authority)
        try client.record(Self.recording, as: "clip.mp4")
        try expectUntouched(try client.pass("-d", "y"), 76, says: "no auto-upload server", client)
    }

    // MARK: - Not now

    @Test("a server that is down is 75")
    func serverDown() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        _ = try server.stop()
        try client.record(Self.recording, as: "clip.mp4")
        try expectUntouched(try client.pass("-d", "y"), 75, says: "can't be reached", client)
    }

    @Test("a host that has no address is 75")
    func noSuchHost() throws {
        let client = try TestClient(server: "no-such-host.invalid", authority: Fixtures.certificates.get().authority)
        try client.record(Self.recording, as: "clip.mp4")
        try expectUntouched(try client.pass("-d", "y"), 75, says: "no-such-host.invalid", client)
    }

    @Test("an interface that isn't there is 75, said once")
    func noInterface() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(Self.recording, as: "clip.mp4")
        let ended = try client.pass("-d", "y", "-i", "none0")
        try expectUntouched(ended, 75, says: "waiting-for-interface interface=none0", client)
        #expect(!server.log.contains(" connect "))
    }

    @Test("an interface that is down is 75", .enabled(if: Namespaces.areAvailable("-n"), Namespaces.reason))
    func interfaceDown() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(Self.recording, as: "clip.mp4")
        // A new network has a loopback interface that is down.
        let ended = try client.pass(unsharing: "-n", after: "true", "-d", "y", "-i", "lo")
        try expectUntouched(ended, 75, says: "waiting-for-interface interface=lo", client)
    }

    @Test(
        "an interface with nothing but a link-local address is 75",
        .enabled(if: Namespaces.areAvailable("-n"), Namespaces.reason))
    func linkLocal() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(Self.recording, as: "clip.mp4")
        let commands = "ip link set lo up && ip addr flush dev lo && ip addr add 169.254.7.7/16 dev lo"
        let ended = try client.pass(unsharing: "-n", after: commands, "-i", "lo")
        try expectUntouched(ended, 75, says: "waiting-for-interface interface=lo", client)
    }

    @Test("over an interface that is up it uploads")
    func interfaceUp() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(Self.recording, as: "clip.mp4")
        #expect(try client.pass("-i", "lo").status == 0)
        #expect(try server.site.stored().count == 1)
    }

    // MARK: - Usage and configuration

    struct Mistake: CustomTestStringConvertible {
        let testDescription: String
        let options: [String]
        var status: Int32 = 64
        let says: String
    }

    static let mistakes = [
        Mistake(testDescription: "an unknown option", options: ["--no-such"], says: "--no-such"),
        Mistake(testDescription: "a misspelt option", options: ["--fodler", "x"], says: "did you mean --folder?"),
        Mistake(
            testDescription: "a misspelt command", options: ["reciepts"], says: "did you mean the command receipts?"),
        Mistake(
            testDescription: "IPv6 without brackets", options: ["-s", "::1:443"], says: "write [::1]:443 or [::1:443]"),
        Mistake(
            testDescription: "a folder for a configuration", options: ["--config", "/etc"], status: 78,
            says: "/etc is a folder"),
        Mistake(
            testDescription: "no configuration", options: ["--config", "/no.conf"], status: 66,
            says: "--config: can't read /no.conf"),
        Mistake(testDescription: "an operand", options: ["operand"], says: "argument too many"),
        Mistake(testDescription: "neither yes nor no", options: ["-d", "maybe"], says: "deleteafterupload"),
        Mistake(testDescription: "a server that is a URL", options: ["-s", "https://host/"], says: "servername"),
        Mistake(testDescription: "a port that is none", options: ["-s", "host:99999"], says: "servername"),
        Mistake(testDescription: "a time that is none", options: ["--settle", "soon"], says: "settle"),
        Mistake(testDescription: "a prefix that climbs", options: ["--prefix", "../above"], says: "prefix"),
        Mistake(testDescription: "a prefix of ours", options: ["--prefix", ".auto-upload"], says: "prefix"),
        Mistake(
            testDescription: "wiping the unproven, and nothing", options: ["-d", "n", "--wipe-unknown"], says: "-d y"),
        Mistake(testDescription: "encryption", options: ["-e", "y"], says: "--recipient"),
        Mistake(testDescription: "encryption as written before", options: ["--encrypt=y"], says: "--recipient"),
        Mistake(testDescription: "no folder", options: ["-f", "/nowhere/at/all"], status: 75, says: "/nowhere/at/all"),
        Mistake(testDescription: "no authorities", options: ["--ca-file", "/no.pem"], status: 78, says: "/no.pem"),
        Mistake(
            testDescription: "authorities that are none", options: ["--ca-file", "/etc/passwd"], status: 78,
            says: "/etc/passwd"),
        Mistake(
            testDescription: "a state that can't be made", options: ["--state", "/dev/null/state"], status: 73,
            says: "/dev/null/state"),
        Mistake(
            testDescription: "a password file that isn't there", options: ["--password-file", "/no-password"],
            status: 78, says: "/no-password"),
        Mistake(
            testDescription: "a password file that everybody reads", options: ["--password-file", "/etc/passwd"],
            status: 78, says: "/etc/passwd"),
    ]

    @Test("bad usage is 64, a bad configuration 78", arguments: mistakes)
    func mistake(_ mistake: Mistake) throws {
        let client = try TestClient(server: "127.0.0.1:9", authority: Fixtures.certificates.get().authority)
        try client.record(Self.recording, as: "clip.mp4")
        let arguments = client.arguments(["--once", "-d", "y"] + mistake.options)
        let ended = try RunningProgram.run(Binaries.client, arguments, environment: client.environment)
        try expectUntouched(ended, mistake.status, says: mistake.says, client)
    }

    @Test("what is needed and missing is 64", arguments: ["-s", "-u", "-f"])
    func missing(_ option: String) throws {
        let client = try TestClient(server: "127.0.0.1:9", authority: Fixtures.certificates.get().authority)
        let arguments = client.arguments(["--once"])
        let index = try #require(arguments.firstIndex(of: option))
        let ended = try RunningProgram.run(
            Binaries.client, Array(arguments[..<index] + arguments[(index + 2)...]), environment: client.environment)
        #expect(ended.status == 64)
        #expect(ended.error.split(separator: "\n").count == 1)
    }

    @Test("no password at all is 64")
    func noPassword() throws {
        let client = try TestClient(server: "127.0.0.1:9", authority: Fixtures.certificates.get().authority)
        let ended = try RunningProgram.run(Binaries.client, client.arguments(["--once"]))
        #expect(ended.status == 64, "\(ended.error)")
    }

    // MARK: - Whose folder it is

    static let places = ["", "/camera", "/camera/trip", "/.."]

    @Test("the server's storage, a folder in it, and one that holds it are refused", arguments: places, ["n", "y"])
    func storage(_ place: String, _ deletes: String) throws {
        let server = try TestServer()
        let first = try TestClient(server)
        try first.record(Self.recording, as: "trip/clip.mp4")
        #expect(try first.pass().status == 0)
        let before = try server.site.stored()
        let ended = try first.pass("-d", deletes, "-f", server.site.storage + place)
        #expect(ended.status == 78, "\(ended.error)")
        #expect(ended.error.contains(".auto-upload-store"))
        #expect(try server.site.stored() == before)
    }

    @Test(
        "a bind mount of the server's storage is refused, beside other files and alone",
        .enabled(if: Namespaces.areAvailable("-m"), Namespaces.reason), arguments: ["", "/camera"], ["", "/below"])
    func bindMount(_ place: String, _ target: String) throws {
        let server = try TestServer()
        let first = try TestClient(server)
        try first.record(Self.recording, as: "trip/clip.mp4")
        #expect(try first.pass().status == 0)
        let before = try server.site.stored()
        let second = try TestClient(server)
        try second.scratch.makeFolder("card/below")
        let mount = "mount --bind '\(server.site.storage + place)' '\(second.card + target)'"
        let ended = try second.pass(unsharing: "-m", after: mount, "-d", "y")
        #expect(ended.status == 78, "\(ended.error)")
        #expect(ended.error.contains(".auto-upload-store"))
        #expect(try server.site.stored() == before)
    }

    @Test("a file under a wiping name that no record speaks of is left, with a warning", arguments: ["y", "n"])
    func leftover(_ deletes: String) throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let name = ".auto-upload-wiping-0123456789abcdef0123456789abcdef"
        try client.record(Self.recording, as: "sub/" + name)
        try client.record(Self.recording, as: "clip.mp4")
        for _ in 0..<2 {
            let ended = try client.pass("-d", deletes)
            #expect(ended.status == 0, "\(ended.error)")
            #expect(ended.error.contains("warning left path=sub/" + name), "\(ended.error)")
        }
        #expect(try client.recordings()["sub/" + name] == digest(of: Self.recording))
        #expect(try server.site.stored() == ["clip.mp4": digest(of: Self.recording)])
    }

    /// No marker tells there: what the server says of the file itself does.
    @Test(
        "a bind mount of a folder within a user's folder never costs the only copy",
        .enabled(if: Namespaces.areAvailable("-m"), Namespaces.reason))
    func bindMountWithin() throws {
        let server = try TestServer()
        let first = try TestClient(server)
        try first.record(Self.recording, as: "trip/clip.mp4")
        #expect(try first.pass().status == 0)
        let mount = "mount --bind '\(server.site.storage)/camera/trip' '\(first.card)'"
        let ended = try first.pass(unsharing: "-m", after: mount, "-d", "y", "--prefix", "trip")
        #expect(ended.error.contains("THE SERVER'S COPY IS THIS VERY FILE"))
        #expect(try server.site.stored() == ["trip/clip.mp4": digest(of: Self.recording)])
    }
}
