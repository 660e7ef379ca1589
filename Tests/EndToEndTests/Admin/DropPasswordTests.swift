import TestSupport
import Testing

/// Links to add files that have a password.
@Suite("Links to add files, with a password")
struct DropPasswordTests {
    private let server: TestServer
    private let admin: AdminVisitor
    /// Somebody without an account.
    private let stranger: Curl
    private static let password = "open sesame"

    init() throws {
        server = try TestServer(try Site.withRole())
        admin = try AdminVisitor.loggedIn(server)
        stranger = try Curl(server, from: "127.0.0.9")
    }

    private func drop(_ form: [String: String] = ["password": password]) throws -> String {
        try admin.makeLink("inbox", form.merging(["kind": "drop"]) { $1 })
    }

    private func put(_ target: String, _ options: [String] = []) throws -> Int {
        try stranger(target, ["-T", try stranger.scratch.write(sample(10), to: "sent")] + options).status
    }

    private func give(_ password: String, to address: String, _ options: [String] = []) throws -> Curl.Answer {
        let origin = ["-H", "Origin: \(stranger.base)"]
        return try stranger(address, origin + ["--data-urlencode", "password=\(password)"] + options)
    }

    @Test("without it nothing is taken and no page is shown; with it all goes on as by any other link")
    func asked() throws {
        let address = try drop()
        let page = try stranger(address, []).text
        #expect(page.contains("This link has a password") && !page.contains("inbox"))
        let start = try stranger("\(address)/", [])
        #expect(start.status == 303 && start.fields["location"] == address)
        #expect(try stranger("\(address)/page/main.js", []).status == 403)
        #expect(try put("\(address)/files/a") == 403)
        #expect(try put("\(address)/files/a?password=open%20sesame") == 403)
        #expect(try put("\(address)/files/a", ["-u", ":\(Self.password)"]) == 403)
        #expect(try put("\(address)/files/a", Curl.login) == 403)
        let tus = ["-X", "POST", "-H", "Tus-Resumable: 1.0.0", "-H", "Upload-Length: 3"]
        #expect(try stranger("\(address)/tus/", tus).status == 403)
        let form = ["-F", "file=@\(stranger.scratch.path("sent"));filename=b"]
        #expect(try stranger("\(address)/upload", form).status == 403)
        #expect(try server.site.stored().isEmpty)

        let wrong = try give("open sesame!", to: address)
        #expect(wrong.status == 403 && wrong.fields["set-cookie"] == nil)
        let foreign = ["-H", "Origin: https://evil.example", "--data-urlencode", "password=\(Self.password)"]
        #expect(try stranger(address, foreign).status == 403)
        let jar = stranger.scratch.path("jar")
        let right = try give(Self.password, to: address, ["-c", jar])
        #expect(right.status == 303 && right.fields["location"] == address)
        let shown = ["-b", jar]
        #expect(try stranger(address, shown).fields["location"] == "\(address)/")
        #expect(try stranger("\(address)/", shown).text.contains("type=\"file\""))
        #expect(try put("\(address)/files/a", shown) == 201)
        #expect(try stranger("\(address)/upload", form + shown).text == "OK\n")
        #expect(try stranger("\(address)/tus/", tus + shown).status == 201)
        // It is good for this link alone, also where another has the same password.
        #expect(try put("\(try drop())/files/c", shown) == 403)
        #expect(try put("\(try drop([:]))/files/d") == 201)
        #expect(try server.site.stored().keys.sorted() == ["inbox/a", "inbox/b", "inbox/d"])
        #expect(!server.log.contains("sesame"))
        #expect(try !admin.get("/admin/log").text.contains("sesame"))
    }

    @Test("who tries passwords has to wait, and then the right one isn't looked at either")
    func guesses() throws {
        let address = try drop()
        var statuses: [Int] = []
        while statuses.last != 429, statuses.count < 40 { statuses.append(try give("guess", to: address).status) }
        #expect(statuses.last == 429 && statuses.dropLast().allSatisfy { $0 == 403 }, "\(statuses)")
        #expect(try give(Self.password, to: address).status == 429)
        let form = ["kind": "drop", "password": "abc", "token": try admin.token()]
        #expect(try admin.post("/admin/share/\(Fixtures.user)/inbox", form).status == 400)
    }
}
