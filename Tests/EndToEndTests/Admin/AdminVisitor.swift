import Foundation
import TestSupport

/// Somebody who uses the admin site as a browser without scripts would: keeps the cookie, says whose page asks, fills in forms.
struct AdminVisitor {
    let curl: Curl
    let origin: String
    /// As curl keeps it.
    private let jar: String

    /// - Parameter source: its own address; nil: the usual one.
    init(_ server: TestServer, from source: String? = nil) throws {
        curl = try Curl(server, from: source)
        origin = curl.base
        jar = curl.scratch.path("cookies")
    }

    /// One who has logged in.
    static func loggedIn(_ server: TestServer, _ user: String = Fixtures.user, _ password: String = Fixtures.password)
        throws -> AdminVisitor
    {
        let visitor = try AdminVisitor(server)
        let answer = try visitor.logIn(user, password)
        guard answer.status == 303, answer.fields["location"] == "/admin/" else {
            throw Failure("not let in: \(answer.status) \(answer.text)")
        }
        return visitor
    }

    func logIn(_ user: String, _ password: String, _ more: [String: String] = [:]) throws -> Curl.Answer {
        try post("/admin/login", ["username": user, "password": password].merging(more) { $1 })
    }

    func get(_ target: String, _ options: [String] = []) throws -> Curl.Answer {
        try curl(target, ["-b", jar, "-c", jar] + options)
    }

    /// Sends a form.
    ///
    /// - Parameter origin: of the page that has it; nil: its own.
    func post(_ target: String, _ form: [String: String], origin: String? = nil, _ options: [String] = []) throws
        -> Curl.Answer
    {
        let sent = form.sorted { $0.key < $1.key }.flatMap { ["--data-urlencode", "\($0.key)=\($0.value)"] }
        let fields = sent.isEmpty ? ["--data", ""] : sent
        return try get(target, ["-X", "POST", "-H", "Origin: \(origin ?? self.origin)"] + fields + options)
    }

    /// As it stands in the forms of its pages.
    func token() throws -> String {
        let page = try get("/admin/").text
        guard let match = page.firstMatch(of: /name="token" value="([0-9a-f]{64})"/) else {
            throw Failure("no token in \(page)")
        }
        return String(match.1)
    }

    /// Whether it is let see the site's pages.
    func isInside() throws -> Bool { try get("/admin/").status == 200 }

    /// What it shows for its session.
    func session() throws -> String {
        let lines = try String(contentsOfFile: jar, encoding: .utf8).split(separator: "\n")
        guard let line = lines.first(where: { $0.contains("__Host-auto-upload") }),
            let value = line.split(separator: "\t").last
        else { throw Failure("no cookie") }
        return String(value)
    }
}

extension Site {
    /// Gives a user another role, as an admin would.
    func setRole(_ role: String, of user: String = Fixtures.user) throws {
        let changed = try RunningProgram.run(
            Binaries.adduser, ["--update", "-u", user, "--role", role, "-f", users])
        guard changed.status == 0 else { throw Failure("adduser --role: \(changed.error)") }
    }

    /// One whose first user has a role.
    static func withRole(_ role: String = "admin") throws -> Site {
        let site = try Site()
        try site.setRole(role)
        return site
    }
}
