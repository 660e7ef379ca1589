import Domain
import HTML
import Logins
import Platform
import Storage

/// What was deleted and can be had back, the latest first.
struct TrashList {
    let rows: [Row]
    /// From 0.
    let page: Int
    let isMore: Bool
    /// Seconds that it is kept.
    let expiry: Int64

    /// Files that were deleted together.
    struct Row {
        let place: TrashRequest.Place
        /// One more than `mostFiles` where there are more.
        let files: [DeletedFile]
    }

    static let perPage = 50
    /// Files of one row that are looked at.
    static let mostFiles = 100

    func html(for visitor: Visitor) -> HTML {
        Layout.page("Trash", .trash, for: visitor) {
            Tag.p(.class("quiet")) {
                expiry > 0
                    ? "What was deleted stays here for \(expiry / 86_400) days, and counts against nobody's quota."
                    : "What is deleted is removed at once (--trash-days 0)."
            }
            if rows.isEmpty { Tag.p(.class("quiet")) { "There is nothing here." } } else { table(visitor) }
            if isMore {
                Tag.p {
                    let query = [(name: "page", value: String(page + 1))]
                    Tag.a(.class("button"), .rel("next"), .href(OwnURL("admin", TrashRequest.part, query: query))) {
                        "Older ones"
                    }
                }
            }
        }
    }

    private func table(_ visitor: Visitor) -> HTML {
        Tag.div(.class("scroll")) {
            Tag.table(.class("list")) {
                Tag.thead {
                    Tag.tr {
                        for title in ["File", "Size", "Deleted", "Kept", ""] {
                            Tag.th(.scope("col")) { title }
                        }
                    }
                }
                Tag.tbody { for row in rows { self.row(row, visitor) } }
            }
        }
    }

    private func row(_ row: Row, _ visitor: Visitor) -> HTML {
        let isLong = row.files.count > Self.mostFiles
        let batch = row.place.batch
        return Tag.tr {
            Tag.td {
                Tag.a(.href(row.place.url)) { Shown.name(row.name) }
                if row.files.count > 1 {
                    Tag.span(.class("mark")) { isLong ? "and many more" : "and \(row.files.count - 1) more" }
                }
            }
            Tag.td(.class("number")) { isLong ? "" : Shown.size(row.files.reduce(0) { $0 &+ $1.size }) }
            Tag.td(.class("time")) { Shown.time(batch.time) }
            Tag.td(.class("time")) {
                "until "
                Shown.time(batch.time.addingReportingOverflow(expiry).partialValue)
            }
            Tag.td { if visitor.mayChange { TrashForms.forms(row.place, escaped(row.name), visitor) } }
        }
    }
}

extension TrashList.Row {
    /// The first one, from the storage folder on.
    fileprivate var name: [UInt8] {
        place.user.bytes + [UInt8(ascii: "/")] + (files.first?.path.bytes ?? [])
    }
}

/// What can be done with something in the trash.
enum TrashForms {
    /// - Parameter name: of what it is done with, for who doesn't see the row.
    static func forms(_ place: TrashRequest.Place, _ name: String, _ visitor: Visitor) -> HTML {
        Tag.div(.class("choices")) {
            SiteForm.form(place.url, by: visitor) {
                Tag.button(.name("do"), .value(TrashRequest.undo), .label("Undo: \(name)")) { "Undo" }
            }
            let query = [(name: TrashRequest.removing, value: "1")]
            Tag.a(
                .class("button"), .href(TrashRequest.Place.url(place.user, place.batch, place.path, query: query)),
                .label("Remove now: \(name)")
            ) { "Remove now" }
        }
    }
}
