import TestSupport

/// Something that isn't as it should be, or is so seldom done that readers may differ about it.
struct Oddity: Sendable {
    let name: String
    let apply: @Sendable (inout DraftRequest, inout SeededGenerator) -> Void

    init(_ name: String, _ apply: @escaping @Sendable (inout DraftRequest, inout SeededGenerator) -> Void) {
        (self.name, self.apply) = (name, apply)
    }

    static let all = line + targets + fields + framing + chunks

    private static let ends = ["\n", "\r", "\r\r\n", "\n\r", "\n\n", "\u{B}\r\n", ""]
    private static let controls = ["\u{0}", "\u{1}", "\u{8}", "\u{B}", "\u{C}", "\u{1B}", "\u{7F}"]

    private static let line = [
        Oddity("blank lines before") { $0.before = $1.pick(["\r\n", "\r\n\r\n", "\n", "\r", " ", "\r\n\n"]) },
        Oddity("another method") {
            $0.method = $1.pick(["FOO", "get", "M-SEARCH", "BREW", "G", "LOCK", "MKCOL", "SOURCE", "QUERY"])
        },
        Oddity("a method that isn't a token") {
            $0.method = $1.pick(["G(T", "G T", "G\u{0}T", "", "GET,", "G\u{E9}T", "\"GET\""])
        },
        Oddity("CONNECT") { draft, random in
            (draft.method, draft.target) = ("CONNECT", random.pick(["a:443", "/", "a"]))
        },
        Oddity("another space") { $0.firstSpace = $1.pick(["  ", "\t", "", "\u{B}", "\u{A0}"]) },
        Oddity("another space before the version") { $0.secondSpace = $1.pick(["  ", "\t", "", "\u{C}"]) },
        Oddity("another version") { draft, random in
            draft.version = random.pick([
                "HTTP/0.9", "HTTP/1.2", "HTTP/1.9", "HTTP/2.0", "HTTP/3.0", "HTTP/1", "HTTP/1.", "HTTP/1.1.",
                "http/1.1",
                "HTTP/01.1", "HTTP/1.10", "HTTP/1,1", "HTTP 1.1", "HTTPS/1.1", "ICE/1.0", "RTSP/1.0", "HTTP/1.1 ",
                "HTTP/1.1\t",
                "", "HTTP/1.x", "HTTP/9.9", "HTTP/+1.1",
            ])
        },
        Oddity("another end of the request line") { $0.lineEnd = $1.pick(ends) },
        Oddity("a control character in the target") { $0.target += $1.pick(controls) },
        Oddity("a control character in the method") { $0.method += $1.pick(controls) },
    ]

    private static let targets = [
        Oddity("a target beyond RFC 3986") { $0.target += $1.pick(["|", "[", "]", "^", "\u{FC}", "\u{C3}\u{BC}"]) },
        Oddity("a query beyond RFC 3986") { $0.target += "?" + $1.pick(["`", "{", "}", "\\", "|", "^", "\u{FC}"]) },
        Oddity("a forbidden byte in the target") { $0.target += $1.pick(["\"", "<", ">", "\\", "{", "}", "`"]) },
        Oddity("a fragment") { $0.target += $1.pick(["#", "#a", "#?", "#a#b"]) },
        Oddity("a bad escape") { $0.target += $1.pick(["%", "%4", "%zz", "%%20", "%u0041", "?%", "?%g1"]) },
        Oddity("an escaped NUL") { $0.target += $1.pick(["%00", "?%00"]) },
        Oddity("a whole URL") { draft, random in
            draft.target = random.pick([
                "http://b/a", "HTTPS://b:1/", "http://b", "http://b?c", "http://[::1]/", "http://b:/",
            ])
        },
        Oddity("a bad URL") { draft, random in
            draft.target = random.pick([
                "http:///a", "http://:80/", "http://u@b/", "http://u:p@b/", "http:/b", "http:b", "://b/",
                "http://[::1/", "http://b:x/",
                "http://b:99999/", "http://b c/", "http://",
            ])
        },
        Oddity("another scheme") {
            $0.target = $1.pick(["ftp://b/", "file:///a", "h2c://b/", "urn:a", "a:80", "ws://b/"])
        },
        Oddity("no slash") { $0.target = $1.pick(["a", "a/b", "?", "?a", ".", "%2F", "\\", "@", "", "#"]) },
        Oddity("an asterisk") { $0.target = $1.pick(["*", "**", "*/", "/*"]) },
    ]

    private static let fields = [
        Oddity("another end of a field") { draft, random in
            guard let index = draft.fields.indices.randomElement(using: &random) else { return }
            draft.fields[index].end = random.pick(ends)
        },
        Oddity("another end of the head") { $0.headEnd = $1.pick(ends + [" \r\n", "\t\r\n"]) },
        Oddity("a blank before the colon") { draft, random in
            guard let index = draft.fields.indices.randomElement(using: &random) else { return }
            draft.fields[index].colon = random.pick([" :", "\t:", " \t: "])
        },
        Oddity("a folded line") { draft, random in
            guard let index = draft.fields.indices.randomElement(using: &random) else { return }
            draft.fields[index].value += random.pick(["\r\n b", "\r\n\tb", "\r\n ", "\n b"])
        },
        Oddity("a folded line at the front") { draft, random in draft.lineEnd += random.pick([" ", "\t"]) },
        Oddity("a line without a colon") {
            $0.fields.append(.init(name: "X", colon: $1.pick(["", " ", "=", ";"]), value: "y"))
        },
        Oddity("a line without a name") { draft, _ in draft.fields.append(.init(name: "", value: "y")) },
        Oddity("a name that isn't a token") { draft, random in
            let name = random.pick([
                "X Y", "X(y)", "X\u{FC}", "X\u{0}", "X\u{1}", "\"X\"", "X,Y", "X/Y", "X;", "X@", "X[", "X{", "X\\",
            ])
            draft.fields.append(.init(name: name, value: "y"))
        },
        Oddity("a control character in a value") {
            $0.fields.append(.init(name: "X", value: "a" + $1.pick(controls) + "b"))
        },
        Oddity("no Host") { draft, _ in draft.fields.removeAll { $0.name.lowercased() == "host" } },
        Oddity("two Hosts") { $0.fields.append(.init(name: "Host", value: $1.pick(["a", "b", ""]))) },
        Oddity("a bad Host") { draft, random in
            draft.fields.removeAll { $0.name.lowercased() == "host" }
            let hosts = ["a/b", "u@a", "a b", "a, b", "a:x", "a:99999", "[::1", "\u{FC}", "::1", "a%2", "<a>"]
            draft.fields.append(.init(name: "Host", value: random.pick(hosts)))
        },
        Oddity("an empty Host") { draft, _ in
            draft.fields.removeAll { $0.name.lowercased() == "host" }
            draft.fields.append(.init(name: "Host", value: ""))
        },
        Oddity("an expectation") {
            $0.fields.append(.init(name: "Expect", value: $1.pick(["100-continue", "x", "100-continue, x", ""])))
        },
        Oddity("an upgrade") { draft, random in
            draft.fields.append(.init(name: "Connection", value: "Upgrade"))
            draft.fields.append(.init(name: "Upgrade", value: random.pick(["h2c", "websocket", "TLS/1.0"])))
        },
        Oddity("many fields") { draft, random in
            for index in 0..<random.pick([90, 120]) { draft.fields.append(.init(name: "X\(index)", value: "y")) }
        },
        Oddity("a long line") { draft, random in
            let text = String(repeating: "y", count: random.pick([8000, 9000]))
            if Bool.random(using: &random) {
                draft.target += text
            } else {
                draft.fields.append(.init(name: "X", value: text))
            }
        },
    ]
}
