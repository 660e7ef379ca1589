import Accounts
import Catalogue
import Domain
import HTML
import Platform

/// What there is of each user: those who have been silent for long first, as something may be wrong with their devices.
struct UserTable {
    /// One user, as far as anything is known.
    struct Row: Sendable {
        let name: [UInt8]
        /// Nil where the password file has no such user: an account that is gone, or the folder for those without one.
        let settings: UserSettings?
        let totals: UserTotals?

        var lastUpload: Int64? { totals?.lastUpload }
    }

    /// Those of the password file, and those who have files.
    static func rows(of users: [PasswordEntry], _ totals: [UserTotals]) -> [Row] {
        var totals = Dictionary(totals.map { ($0.user.bytes, $0) }) { $1 }
        let known = users.map { user in
            let name = Array(user.name.text.utf8)
            return Row(name: name, settings: user.settings, totals: totals.removeValue(forKey: name))
        }
        return known + totals.values.filter { $0.files > 0 }.map { Row(name: $0.user.bytes, settings: nil, totals: $0) }
    }

    private let rows: [Row]
    private let now: Int64
    /// From 0.
    private let page: Int

    /// Days without an upload after which a user counts as silent.
    static let silentDays: Int64 = 7
    /// Users that a page shows.
    static let perPage = 100

    init(_ rows: [Row], page: Int, now: Int64 = currentUnixTime()) {
        (self.now, self.page) = (now, page)
        self.rows = rows.sorted { Self.rank($0, now) < Self.rank($1, now) }
    }

    /// The silent ones first, the longest first of them; then those who have never sent anything; then the others, the latest first.
    private static func rank(_ row: Row, _ now: Int64) -> (Int, Int64, String) {
        let name = String(decoding: row.name, as: UTF8.self)
        guard let last = row.lastUpload else { return (1, 0, name) }
        return isSilent(row, now) ? (0, last, name) : (2, last == .min ? .max : -last, name)
    }

    private static func isSilent(_ row: Row, _ now: Int64) -> Bool {
        guard let last = row.lastUpload, row.settings?.isLocked != true else { return false }
        return now.subtractingReportingOverflow(last).partialValue > silentDays * 86_400
    }

    var html: HTML {
        Tag.section(.class("card"), .labelledBy("users")) {
            Tag.h2(.id("users")) { "Users" }
            if rows.isEmpty {
                Tag.p(.class("quiet")) { "There are none." }
            } else {
                table
            }
            if rows.count > (page + 1) * Self.perPage {
                Tag.p {
                    Tag.a(
                        .class("button"), .rel("next"),
                        .href(OwnURL("admin", "", query: [(name: "page", value: String(page + 1))]))
                    ) { "More" }
                }
            }
        }
    }

    private var table: HTML {
        Tag.div(.class("scroll")) {
            Tag.table(.class("list")) {
                Tag.thead {
                    Tag.tr {
                        for title in ["User", "Last upload", "Files", "Size", "Quota"] {
                            Tag.th(.scope("col")) { title }
                        }
                    }
                }
                Tag.tbody { for row in rows.dropFirst(page * Self.perPage).prefix(Self.perPage) { self.row(row) } }
            }
        }
    }

    private func row(_ row: Row) -> HTML {
        Tag.tr {
            Tag.td {
                if let user = FileName(row.name) {
                    Tag.a(.href(FilesRequest.url(user))) { Shown.name(row.name) }
                }
                if row.settings?.isLocked == true { Tag.span(.class("mark")) { "locked" } }
                if let role = row.settings?.role { Tag.span(.class("mark")) { role.rawValue } }
                if row.settings == nil { Tag.span(.class("mark")) { "no account" } }
            }
            Tag.td(.class("time")) {
                if let last = row.lastUpload { Shown.time(last) } else { "never" }
                if Self.isSilent(row, now) { Tag.span(.class("mark bad")) { "silent" } }
            }
            Tag.td(.class("number")) {
                Shown.hint("files")
                String(row.totals?.files ?? 0)
            }
            Tag.td(.class("number")) { Shown.size(row.totals?.bytes ?? 0) }
            Tag.td(.class("number")) {
                Shown.hint("quota")
                quota(row)
            }
        }
    }

    @HTMLBuilder private func quota(_ row: Row) -> HTML {
        if let quota = row.settings?.quota {
            let used = min(1, Double(row.totals?.bytes ?? 0) / Double(max(quota, 1)))
            Tag.meter(.min(0), .max(1), .number(used), .label("\(Int(used * 100)) % of the quota"))
            " \(Shown.size(quota))"
        } else {
            "–"
        }
    }
}
