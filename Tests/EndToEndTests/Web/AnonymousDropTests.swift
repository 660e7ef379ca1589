import Foundation
import TestSupport
import Testing

/// Files of those who have no account, from a real curl to a real server.
@Suite("Drops without an account")
struct AnonymousDropTests {
    private let options = [
        "--anonymous", "drops", "--anonymous-max-file-size", "1M", "--anonymous-quota", "3M", "--anonymous-rate", "8",
    ]

    @Test("who has answered a challenge adds a file to their folder, once for each answer; users go on as ever")
    func drops() throws {
        let server = try TestServer(options: options)
        let curl = try Curl(server)
        let file = try curl.scratch.write(sample(70_000, seed: 3), to: "clip")
        #expect(try curl("/files/clip.mp4", ["-T", file]).status == 401)
        #expect(try curl("/files/clip.mp4", ["-T", file, "-H", "Altcha: e30="]).status == 403)
        _ = try server.logLine(with: " login-denied")
        let proof = try curl.proof()
        #expect(try curl("/files/trip/clip.mp4", ["-T", file] + proof).status == 201)
        #expect(try curl("/files/again.mp4", ["-T", file] + proof).status == 403)
        let form = ["-F", "altcha=\(try curl.answerToChallenge())", "-F", "file=@\(file);filename=form.mp4"]
        #expect(try curl("/upload", form).text == "OK\n")
        let both = ["-F", "file=@\(file);filename=head.mp4"]
        #expect(try curl("/upload", both + curl.proof()).text == "OK\n")
        let stored = try Tree.digests(of: server.site.storage + "/drops").keys.filter { $0 != Site.marker }
        #expect(Set(stored) == ["trip/clip.mp4", "form.mp4", "head.mp4"])
        #expect(try curl("/files/mine.mp4", Curl.login + ["-T", file]).status == 201)
        #expect(try server.site.stored().keys.sorted() == ["mine.mp4"])
    }

    @Test("what is too large, too much, or too often is refused, and leaves nothing behind")
    func limits() throws {
        let server = try TestServer(options: options)
        let curl = try Curl(server)
        let large = try curl.scratch.write(sample(1_100_000, seed: 3), to: "large")
        #expect(try curl("/files/large", ["-T", large] + curl.proof()).status == 413)
        let chunked = ["-T", large, "-H", "Transfer-Encoding: chunked"]
        #expect(try curl("/files/large", chunked + curl.proof()).status == 413)
        var statuses: [Int] = []
        for number in 0..<8 {
            let file = try curl.scratch.write(sample(900_000, seed: number), to: "file")
            statuses.append(try curl("/files/file-\(number)", ["-T", file] + curl.proof()).status)
        }
        // The chunked one has counted, too.
        #expect(statuses == [201, 201, 201, 507, 507, 507, 507, 429])
        #expect(try server.site.partials().isEmpty)
    }

    @Test("unless the admin says so there is no challenge, and nobody adds anything; nor to a user's folder")
    func off() throws {
        let server = try TestServer()
        let curl = try Curl(server)
        #expect(try curl("/challenge", []).status == 404)
        let file = try curl.scratch.write("clip", to: "clip")
        #expect(try curl("/files/clip.mp4", ["-T", file, "-H", "Altcha: e30="]).status == 401)
        do {
            _ = try TestServer(options: ["--anonymous", Fixtures.user])
            throw Failure("it started")
        } catch let error as TestServer.DidNotStart {
            #expect(error.outcome.status == 78 && error.outcome.error.contains("--anonymous"))
        }
    }
}
