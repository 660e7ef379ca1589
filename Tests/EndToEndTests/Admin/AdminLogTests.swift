import Foundation
import Platform
import TestSupport
import Testing

/// The catalogue's log, for other programs, and cleared.
@Suite("The admin site's log")
struct AdminLogTests {
    @Test("it is saved as CSV and as JSON lines, where no text is a formula or ends a line")
    func export() throws {
        let server = try TestServer(try Site.withRole())
        let admin = try AdminVisitor.loggedIn(server)
        for name in ["=cmd|' /C calc'!A0", "a\"b,c", "x\u{202E}y", "-1+2"] {
            _ = try admin.curl(
                "/admin/login",
                [
                    "-H", "Origin: \(admin.origin)", "--data-urlencode", "username=\(name)", "--data-urlencode",
                    "password=x",
                ])
        }
        #expect(try eventually { try admin.get("/admin/log.jsonl").text.split(separator: "\n").count >= 5 })
        let lines = try admin.get("/admin/log.jsonl").text.split(separator: "\n")
        let users = try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
            return try #require(object?["user"])
        }
        #expect(Set(users).isSuperset(of: ["=cmd|' /C calc'!A0", "a\"b,c", "-1+2", Fixtures.user]), "\(users)")
        let csv = try admin.get("/admin/log.csv?action=login-denied")
        #expect(csv.fields["content-type"] == "text/csv; charset=utf-8")
        #expect(csv.fields["content-disposition"] == "attachment; filename=\"log.csv\"")
        let rows = csv.text.components(separatedBy: "\r\n")
        #expect(rows.first == "time,user,address,action,info" && rows.count == 6)
        #expect(
            csv.text.contains("\"'=cmd|' /C calc'!A0\"") && csv.text.contains("\"a\"\"b,c\"")
                && csv.text.contains("\"'-1+2\""))
        #expect(!csv.text.contains("\u{202E}") && csv.text.contains("127.0.0.1"))
        #expect(try admin.get("/admin/log.txt").status == 404)
    }

    @Test("an admin has it name nobody, and clears it after a question; a viewer doesn't")
    func clear() throws {
        let site = try Site.withRole()
        try site.setRole("viewer", of: Fixtures.otherUser)
        let server = try TestServer(site)
        let admin = try AdminVisitor.loggedIn(server)
        let viewer = try AdminVisitor.loggedIn(server, Fixtures.otherUser, Fixtures.otherPassword)
        #expect(try eventually { try admin.get("/admin/log.csv").text.contains(Fixtures.otherUser) })
        let form = ["token": try viewer.token(), "days": "0"]
        for change in ["anonymise", "clear"] {
            #expect(try viewer.post("/admin/log/\(change)", form).status == 403)
            #expect(try admin.post("/admin/log/\(change)", ["days": "0"]).status == 403)
        }
        #expect(try admin.get("/admin/log/clear").text.contains("Clear the log?"))
        #expect(try admin.get("/admin/log.csv").text.contains(Fixtures.otherUser))
        let own = ["token": try admin.token()]
        #expect(try admin.post("/admin/log/anonymise", own.merging(["days": "many"]) { $1 }).status == 400)
        #expect(try admin.post("/admin/log/anonymise", own.merging(["days": "1"]) { $1 }).status == 303)
        #expect(try admin.get("/admin/log.csv").text.contains(Fixtures.otherUser))
        // Of a whole day: what was done within this second is as old as that only in the next.
        #expect(
            try eventually {
                _ = try admin.post("/admin/log/anonymise", own.merging(["days": "0"]) { $1 })
                let log = try admin.get("/admin/log.csv").text
                return !log.contains(Fixtures.otherUser) && !log.contains("127.0.0.1") && log.contains("anonymized")
            })
        #expect(try admin.post("/admin/log/clear", own).status == 303)
        #expect(try admin.get("/admin/log.csv").text.components(separatedBy: "\r\n").count == 2)
    }
}
