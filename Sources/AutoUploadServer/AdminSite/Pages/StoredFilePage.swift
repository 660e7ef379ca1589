import Catalogue
import Domain
import HTML
import HTTP
import Platform
import Storage

/// One stored file: what is known of it, and what it shows.
struct StoredFilePage {
    private let place: StoredPlace
    private let content: StoredContent
    /// Nil where the catalogue doesn't know it, or knows another.
    private let entry: FileEntry?

    static let part = "file"
    static let contentPart = "content"

    init(_ place: StoredPlace, _ content: StoredContent, _ entry: FileEntry?) {
        (self.place, self.content, self.entry) = (place, content, entry)
    }

    func html(for visitor: Visitor) -> HTML {
        Layout.page(escaped(place.name), for: visitor) {
            if let type = PlayableType(ofFile: place.name) { player(type) }
            Tag.section(.class("card")) {
                Tag.dl {
                    Tag.dt { "User" }
                    Tag.dd { Tag.a(.href(FilesRequest.url(place.owner))) { Shown.name(place.owner.bytes) } }
                    Tag.dt { "Path" }
                    Tag.dd { Shown.name(place.path.bytes) }
                    Tag.dt { "Size" }
                    Tag.dd { "\(Shown.size(content.size)) (\(content.size) bytes)" }
                    if let entry {
                        Tag.dt { "Stored" }
                        Tag.dd { Shown.time(entry.stored) }
                    }
                    Tag.dt { "Modified" }
                    Tag.dd { Shown.time(content.status.modified.seconds) }
                    Tag.dt { "SHA-256" }
                    Tag.dd { if let digest = entry?.digest { Tag.code { "\(digest)" } } else { "not known" } }
                }
                Tag.p {
                    Tag.a(.class("button"), .href(place.url(Self.contentPart))) { "Download" }
                    " "
                    Tag.a(.class("button"), .href(Sharing.url(place.owner, place.path.bytes))) { "Share" }
                    " "
                    Tag.a(.class("button"), .href(place.url(StoredReceipt.part))) { "Receipt" }
                    if visitor.mayChange {
                        " "
                        Tag.a(.class("button"), .href(place.url(Deleting.part))) { "Delete" }
                    }
                }
            }
        }
    }

    private func player(_ type: PlayableType) -> HTML {
        let url = place.url(Self.contentPart, query: [(name: "inline", value: "1")])
        let name = escaped(place.name)
        return Tag.div(.class("player")) {
            switch type.kind {
            case .video: Tag.video(.src(url), .controls, .preload("metadata"), .label(name))
            case .audio: Tag.audio(.src(url), .controls, .preload("metadata"), .label(name))
            case .picture: Tag.img(.src(url), .alt(name))
            }
        }
    }
}
