import TestSupport
import Testing

/// Links that are made at the console.
@Suite("Commands about links")
struct LinkCommandTests {
    private let server: TestServer
    private let stranger: Curl
    private var site: Site { server.site }

    init() throws {
        server = try TestServer()
        stranger = try Curl(server)
        let path = try stranger.scratch.write(sample(1000), to: "report.pdf")
        let stored = try stranger("/files/docs/report.pdf", Curl.login + ["-T", path]).status
        guard stored == 201 else { throw Failure("not stored") }
        // There is a catalogue by now.
        try server.site.expectListed()
    }

    /// - Returns: the address.
    private func make(_ words: String..., input: String = "") throws -> String {
        let made = try run(words, input: input)
        guard made.status == 0 else { throw Failure("links make: \(made.error)") }
        return String(made.output.dropLast())
    }

    private func run(_ words: [String], input: String = "") throws -> RunningProgram.Outcome {
        try RunningProgram.run(
            Binaries.server, ["links", "make", "-f", site.storage, "--of", Fixtures.user] + words, standardInput: input)
    }

    private func open(_ address: String, _ password: String) throws -> Int {
        try stranger(address, ["-H", "Origin: \(stranger.base)", "--data-urlencode", "password=\(password)"]).status
    }

    @Test("a link to add files is made with its bounds, also to a folder that isn't there yet")
    func drop() throws {
        let address = try make(
            "inbox/new", "--drop", "--largest", "1K", "--bytes", "1500", "--uses", "2", "--days", "3", "--note",
            "<b>Hello</b>")
        let page = try stranger("\(address)/", []).text
        #expect(
            page.contains("&lt;b&gt;Hello&lt;/b&gt;") && page.contains("2 files, 1.5 kB in all, 1.0 kB a file"),
            "\(page)")
        let sent = ["-T", stranger.scratch.path("report.pdf")]
        #expect(try stranger("\(address)/files/a", sent).status == 201)
        #expect(try stranger("\(address)/files/b", sent).status == 413)
        #expect(try site.stored().keys.sorted() == ["docs/report.pdf", "inbox/new/a"])
        let proven = try make("docs", "--drop", "--captcha")
        #expect(try stranger("\(proven)/files/c", sent).status == 401)
    }

    @Test("a password comes from a file or standard input, never from the command line")
    func password() throws {
        let file = try site.scratch.write("open sesame\r\nsecond line\n", to: "password")
        for address in [
            try make("docs/report.pdf", "--password-file", file),
            try make("docs", "--password-file", "-", input: "open sesame\n"),
        ] {
            #expect(try stranger(address, []).text.contains("This link has a password"))
            #expect(try open(address, "open sesame!") == 403)
            #expect(try open(address, "open sesame") == 303)
        }
        #expect(try run(["docs", "--password-file", "-"]).status == 65)
        #expect(try run(["docs", "--password-file", site.scratch.path("none")]).status == 66)
        let drop = try make("docs", "--drop", "--password-file", file)
        #expect(try open(drop, "open sesame!") == 403)
        #expect(try open(drop, "open sesame") == 303)
        for wrong in [["docs", "--captcha"], ["docs", "--largest", "1K"], ["docs", "--bytes", "1K"]] {
            #expect(try run(wrong).status == 64, "\(wrong)")
        }
        #expect(!server.log.contains("sesame"))
    }

    @Test("an end by date and a number of downloads hold")
    func bounds() throws {
        let address = try make("docs/report.pdf", "--uses", "1", "--days", "1")
        let out = ["-o", stranger.scratch.path("got")]
        #expect(try stranger(address, ["-I"]).status == 200)
        #expect(try stranger(address, out).status == 200)
        #expect(try Curl(server, from: "127.0.0.8")(address, []).status == 404)
        let list = try site.command("links", "list").output
        #expect(list.contains("\t1\t0\tterminal\n"), "\(list)")
    }
}
