import Domain
import HTML
import Logins
import Platform

/// Asks before files are deleted, and says what isn't known.
struct DeletingQuestion {
    let places: [StoredPlace]
    /// They are all of a folder.
    let isFolder: Bool
    /// In the index; none: the address says which file.
    let numbers: [Int64]
    let url: OwnURL
    /// Seconds; 0: it can't be undone.
    let expiry: Int64

    /// Names that are shown.
    private static let shown = 20

    func html(for visitor: Visitor) -> HTML {
        Layout.page(title, .files, for: visitor) {
            Tag.section(.class("card")) {
                names
                Tag.p {
                    Tag.strong { "This may be the only copy. " }
                    """
                    A device that has sent a file may have wiped its own, trusting the receipt of this server. A receipt says that the \
                    file was stored; it says nothing of what is deleted later, and of no other copy anything is known here.
                    """
                }
                Tag.p { consequence }
                SiteForm.form(url, by: visitor) {
                    for number in numbers {
                        Tag.input(.type("hidden"), .name("id"), .value(String(number)))
                    }
                    Tag.div(.class("choices")) {
                        Tag.button(.class("main")) { expiry > 0 ? "Move to the trash" : "Delete for good" }
                        Tag.a(.class("button"), .href(FilesRequest.url(places.first?.owner))) { "Keep" }
                    }
                }
            }
        }
    }

    private var title: String {
        if isFolder { return "Delete this folder, with \(places.count == 1 ? "one file" : "\(places.count) files")?" }
        return places.count == 1 ? "Delete this file?" : "Delete \(places.count) files?"
    }

    private var names: HTML {
        Tag.ul {
            for place in places.prefix(Self.shown) {
                Tag.li { Shown.name(place.owner.bytes + [UInt8(ascii: "/")] + place.path.bytes) }
            }
            if places.count > Self.shown { Tag.li { "and \(places.count - Self.shown) more" } }
        }
    }

    private var consequence: String {
        if expiry == 0 { return "This server keeps no trash (--trash-days 0): it can't be undone. Links to it end." }
        return """
            For \(expiry / 86_400) days it can be had back from the trash; then it is removed. Until then no link leads to it, and no device \
            is told that it is stored.
            """
    }
}
