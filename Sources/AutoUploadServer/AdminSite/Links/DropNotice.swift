package import Catalogue
package import HTML
import Platform

/// What somebody is told who may add files by a link: the note of the admin who has made it, and its bounds.
package struct DropNotice {
    private let link: Link

    package init(_ link: Link) {
        self.link = link
    }

    package var html: HTML {
        Tag.section(.id("about"), .class("card")) {
            if !link.note.isEmpty { Tag.p(.class("note")) { link.note } }
            Tag.p(.class("quiet")) {
                if let ends = link.ends {
                    "Files are taken until "
                    Shown.time(ends)
                    ". "
                }
                bounds
                "What is there already isn’t shown."
            }
        }
    }

    private var bounds: String {
        var bounds: [String] = []
        if let files = link.usesLeft { bounds.append(files == 1 ? "one file" : "\(files) files") }
        if let bytes = link.bytesLeft { bounds.append("\(Shown.size(bytes)) in all") }
        if let largest = link.largest { bounds.append("\(Shown.size(largest)) a file") }
        return bounds.isEmpty ? "" : "At most \(bounds.joined(separator: ", ")). "
    }
}
