import Accounts
import Domain
import HTML
import Platform
import TestSupport
import Testing

@testable import AdminSite
@testable import Catalogue

@Suite("The overview's users")
struct UserTableTests {
    private static let hash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$v9K+AuFBZgmnm1Cg/Ibevg"
    private let now: Int64 = 1_800_000_000

    private func page(_ lines: [String], _ uploads: [String: Int64], page: Int = 0) throws -> String {
        let file = PasswordFile(Array(lines.map { $0.replacing("<>", with: Self.hash) + "\n" }.joined().utf8))
        let users = file.names.compactMap { file.entry(for: $0) }
        let totals = try uploads.map { name, days in
            UserTotals(
                user: try #require(FileName(name)), files: 1, bytes: 512 << 20, lastUpload: now - days * 86_400)
        }
        let table = UserTable(UserTable.rows(of: users, totals), page: page, now: now)
        return String(decoding: table.html.bytes, as: UTF8.self)
    }

    private func names(_ page: String) -> [String] {
        page.matches(of: /<bdi>([^<]*)<\/bdi>/).map { String($0.1) }
    }

    @Test("who has been silent for longest stands first, then who never sent anything, then the latest")
    func order() throws {
        let page = try page(
            ["new:<>", "today:<>", "lost:<>", "week:<>:quota=1G", "old:<>", "kept:<>:locked=y"],
            ["today": 0, "lost": 90, "week": 6, "old": 8, "kept": 200, "gone": 3])
        #expect(names(page) == ["lost", "old", "new", "today", "gone", "week", "kept"])
        #expect(page.matches(of: /silent/).count == 2 && page.contains("no account") && page.contains("locked"))
        #expect(page.contains("value=\"0.5\"") && page.contains("1.0 GB"))
    }

    @Test("of very many users a page shows some, and no page is large")
    func pages() throws {
        let lines = (100..<350).map { "user-\($0)@a-very-long-name-of-an-organisation.example:<>:quota=5G" }
        let first = try page(lines, [:])
        #expect(names(first).count == 100 && first.contains("page=1") && first.utf8.count < 45 << 10)
        let last = try page(lines, [:], page: 2)
        #expect(names(last).count == 50 && !last.contains("rel=\"next\""))
        #expect(names(try page(lines, [:], page: 9)).isEmpty)
    }
}
