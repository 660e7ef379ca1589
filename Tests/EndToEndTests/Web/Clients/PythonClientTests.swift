import Foundation
import TestSupport
import Testing

@Suite("Python's clients")
struct PythonClientTests {
    /// Says which of them aren't tried.
    @Test("requests", .enabled(if: WebClients.has("requests"), WebClients.reason("requests")))
    func requests() throws { try storesUnderItsNames(.requests) }

    @Test("httpx", .enabled(if: WebClients.has("httpx"), WebClients.reason("httpx")))
    func httpx() throws { try storesUnderItsNames(.httpx) }

    @Test("aiohttp", .enabled(if: WebClients.has("aiohttp"), WebClients.reason("aiohttp")))
    func aiohttp() throws { try storesUnderItsNames(.aiohttp) }

    /// They write them in ways of their own.
    private static let names = [
        "clip 1.mp4", "Zürich.mov", "日本 \"a\".mp4", "100%20.mp4", "a%2Fb;c=d'e.mp4", "a\\b.mp4", "a\tb.mp4",
        "trip/a.mp4",
    ]

    /// The same file gets the same name, whoever sends it and how.
    private func storesUnderItsNames(_ client: PythonClient) throws {
        let server = try TestServer()
        let scratch = try ScratchFolder("sent")
        let path = try scratch.write(sample(300_000, seed: 1), to: "clip")
        let digest = try Tree.digests(of: scratch.path)["clip"]
        for way in PythonClient.Way.allCases {
            let answers = try client.send(path, as: Self.names, by: way, to: server)
            // Of the same content and name there is one file.
            #expect(answers.map(\.status) == Self.names.map { _ in 200 }, "\(way): \(answers)")
            let expected = Dictionary(Self.names.map { (Tree.key(Array($0.utf8)), digest) }) { $1 }
            #expect(try server.site.stored() == expected.compactMapValues { $0 }, "\(way)")
        }
        #expect(try server.site.partials().isEmpty)
    }

    @Test("names and passwords in Latin-1 and in UTF-8 are the same", arguments: PythonClient.installed)
    func letters(_ client: PythonClient) throws {
        let password = "pä$s: wörd"
        let site = try Site()
        try Fixtures.addUser("mueller", password, to: site.users)
        let server = try TestServer(site)
        let path = try site.scratch.write(sample(3000, seed: 1), to: "clip")
        // aiohttp sends its fields in UTF-8 only.
        let logins = PythonClient.Login.allCases.filter { client != .aiohttp || $0 != .latin1 }
        for login in logins {
            let name = login.rawValue
            let right = try client.send(
                path, as: [name], by: .put, to: server, login, user: "mueller", password: password)
            #expect(right.map(\.status) == [201], "\(login): \(right)")
            // No user has such letters. The log names them alike, whoever tries.
            let wrong = try client.send(
                path, as: [name], by: .put, to: server, login, user: "müller", password: password)
            #expect([[401], [403]].contains(wrong.map(\.status)), "\(login): \(wrong)")
        }
        let denied = server.logLines.filter { $0.contains(" login-denied ") }
        #expect(denied.count == logins.count && denied.allSatisfy { $0.contains("user=müller") }, "\(server.log)")
        #expect(try site.stored(for: "mueller").keys.sorted() == logins.map(\.rawValue).sorted())
    }

    @Test("refusals reach them as an answer, also while they are sending", arguments: PythonClient.installed)
    func refusals(_ client: PythonClient) throws {
        let server = try TestServer(options: ["--max-file-size", "1M"])
        let scratch = try ScratchFolder("sent")
        let (first, second) = (try scratch.write(sample(3000), to: "1"), try scratch.write(sample(3001), to: "2"))
        let large = try scratch.write(sample(8 << 20), to: "large")
        for way in PythonClient.Way.allCases {
            let wrong = try client.send(large, as: ["a", "b"], by: way, to: server, password: "wrong")
            #expect(wrong.map(\.status) == [401, 401], "\(way): \(wrong)")
            let tooLarge = try client.send(large, as: ["c", "d"], by: way, to: server)
            #expect(tooLarge.map(\.status) == [413, 413], "\(way): \(tooLarge)")
            #expect(try client.send(first, as: ["e"], by: way, to: server).map(\.status).first ?? 0 < 300)
            let taken = try client.send(second, as: ["e", "e"], by: way, to: server, query: "?collision=refuse")
            #expect(taken.map(\.status) == [409, 409], "\(way): \(taken)")
        }
        #expect(try server.site.stored().keys.sorted() == ["e"])
        #expect(try server.site.partials().isEmpty)
    }
}
