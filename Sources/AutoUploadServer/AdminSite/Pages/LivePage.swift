import Domain
import HTML
import Platform
import Storage

/// What comes just now. With scripts it goes on by itself.
struct LivePage {
    let rows: [LiveUploads.Row]

    static let part = "live"

    func html(for visitor: Visitor) -> HTML {
        Layout.page("Under way", .live, scripts: ["live.js"], for: visitor) {
            Tag.p(.id("live-state"), .class("quiet"), .role("status")) {
                rows.isEmpty ? "Nothing comes just now." : "As of when this page was loaded."
            }
            Tag.div(.class("scroll")) {
                Tag.table(.class("list"), .id("live")) {
                    Tag.thead {
                        Tag.tr {
                            for title in ["Name", "User", "Received", "Rate"] { Tag.th(.scope("col")) { title } }
                        }
                    }
                    Tag.tbody { for row in rows { self.row(row) } }
                }
            }
        }
    }

    private func row(_ row: LiveUploads.Row) -> HTML {
        Tag.tr {
            Tag.td { Shown.name(row.upload.path.bytes) }
            Tag.td { Shown.name(row.upload.key.user.bytes) }
            Tag.td(.class("number")) {
                row.upload.size.map { "\(Shown.size(row.upload.received)) of \(Shown.size($0))" }
                    ?? Shown.size(row.upload.received)
            }
            Tag.td(.class("number")) { "\(Shown.size(UInt64(min(row.rate, 1e15))))/s" }
        }
    }
}
