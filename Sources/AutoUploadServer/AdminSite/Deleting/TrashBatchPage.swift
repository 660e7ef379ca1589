import Domain
import HTML
import Logins
import Platform
import Storage

/// Files that were deleted together.
struct TrashBatchPage {
    let place: TrashRequest.Place
    /// One more than `most` where there are more.
    let files: [DeletedFile]

    /// Files that are shown.
    static let most = 200

    func html(for visitor: Visitor) -> HTML {
        Layout.page("Deleted", .trash, for: visitor) {
            Tag.p(.class("quiet")) {
                "On "
                Shown.time(place.batch.time)
                ", of "
                Shown.name(place.user.bytes)
            }
            if visitor.mayChange, files.count > 1 { TrashForms.forms(all, "all of them", visitor) }
            Tag.div(.class("scroll")) {
                Tag.table(.class("list")) {
                    Tag.thead {
                        Tag.tr { for title in ["File", "Size", ""] { Tag.th(.scope("col")) { title } } }
                    }
                    Tag.tbody { for file in files.prefix(Self.most) { row(file, visitor) } }
                }
            }
            if files.count > Self.most { Tag.p(.class("quiet")) { "There are more." } }
        }
    }

    private var all: TrashRequest.Place { TrashRequest.Place(user: place.user, batch: place.batch, path: nil) }

    private func row(_ file: DeletedFile, _ visitor: Visitor) -> HTML {
        let own = TrashRequest.Place(user: place.user, batch: place.batch, path: file.path)
        return Tag.tr {
            Tag.td { Shown.name(file.path.bytes) }
            Tag.td(.class("number")) { Shown.size(file.size) }
            Tag.td { if visitor.mayChange { TrashForms.forms(own, escaped(file.path.bytes), visitor) } }
        }
    }

    /// Asks, before it goes for good.
    func question(for visitor: Visitor) -> HTML {
        Layout.page("Remove for good?", .trash, for: visitor) {
            Tag.section(.class("card")) {
                Tag.p { what }
                Tag.p { "This can't be undone, and of no other copy anything is known here." }
                SiteForm.form(place.url, by: visitor) {
                    Tag.div(.class("choices")) {
                        Tag.button(.class("main"), .name("do"), .value(TrashRequest.remove)) { "Remove for good" }
                        Tag.a(.class("button"), .href(OwnURL("admin", TrashRequest.part))) { "Keep" }
                    }
                }
            }
        }
    }

    private var what: HTML {
        if let path = place.path ?? (files.count == 1 ? files.first?.path : nil) { return Shown.name(path.bytes) }
        return HTML(text: files.count > Self.most ? "More than \(Self.most) files." : "\(files.count) files.")
    }
}
