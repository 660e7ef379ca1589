import Catalogue
import Domain
import HTML
import Platform

/// Links in a table, each to be revoked.
struct LinkTable {
    let links: [Link]
    /// As the browser calls this server; nil where it doesn't say.
    let host: String?
    var showsPlace = true

    func html(for visitor: Visitor) -> HTML {
        Tag.div(.class("scroll")) {
            Tag.table(.class("list")) {
                Tag.thead {
                    Tag.tr {
                        for title in ["Address", showsPlace ? "Of" : nil, "Good until", "Used", "Left", ""].compactMap(
                            \.self)
                        {
                            Tag.th(.scope("col")) { title }
                        }
                    }
                }
                Tag.tbody { for link in links { row(link, visitor) } }
            }
        }
    }

    private func row(_ link: Link, _ visitor: Visitor) -> HTML {
        Tag.tr {
            Tag.td {
                Tag.a(.href(link.url)) { (host.map { "https://\(escaped($0))" } ?? "") + link.url.text }
                if link.password != nil { Tag.span(.class("mark")) { "password" } }
                if link.kind == .folder { Tag.span(.class("mark")) { "folder" } }
                if link.kind == .several { Tag.span(.class("mark")) { "\(link.files.count) files" } }
                if link.kind == .drop { Tag.span(.class("mark")) { "adds files" } }
                if link.needsProof { Tag.span(.class("mark")) { "CAPTCHA" } }
                if link.isOver(at: currentUnixTime()) { Tag.span(.class("mark bad")) { "over" } }
            }
            if showsPlace {
                Tag.td {
                    if let path = link.deletedPath {
                        Shown.name(link.user.bytes + [UInt8(ascii: "/")] + path)
                        Tag.span(.class("mark bad")) { "deleted" }
                    } else {
                        Tag.a(.href(Sharing.url(link.user, link.path))) {
                            Shown.name(link.user.bytes + [UInt8(ascii: "/")] + link.path)
                        }
                    }
                }
            }
            Tag.td(.class("time")) {
                Shown.hint("until")
                if let ends = link.ends { Shown.time(ends) } else { "no end" }
            }
            Tag.td(.class("number")) {
                Shown.hint("used")
                String(link.uses)
            }
            Tag.td(.class("number")) {
                Shown.hint("left")
                left(link)
            }
            Tag.td {
                if visitor.mayChange {
                    SiteForm.form(OwnURL("admin", Sharing.listPart, Sharing.revoke), by: visitor) {
                        Tag.input(.type("hidden"), .name("id"), .value(link.id.text))
                        Tag.button(.label("Revoke \(link.id.text)")) { "Revoke" }
                    }
                }
            }
        }
    }
}

extension LinkTable {
    private func left(_ link: Link) -> String {
        let files = link.usesLeft.map(String.init) ?? "any"
        return link.bytesLeft.map { "\(files), \(Shown.size($0))" } ?? files
    }
}

/// All links.
struct LinkList {
    let links: [Link]
    let host: String?

    func html(for visitor: Visitor) -> HTML {
        Layout.page("Links", .links, for: visitor) {
            if links.isEmpty {
                Tag.p(.class("quiet")) { "There are none. A file's page, or a folder's, makes them." }
            } else {
                LinkTable(links: links, host: host).html(for: visitor)
            }
        }
    }
}

/// Links of one file or folder, and the way to another one.
struct SharePage {
    let place: Sharing.Place
    let links: [Link]
    let host: String?

    func html(for visitor: Visitor) -> HTML {
        Layout.page("Share \(escaped(place.name))", .links, for: visitor) {
            if !links.isEmpty { LinkTable(links: links, host: host, showsPlace: false).html(for: visitor) }
            if visitor.mayChange {
                if place.isThere { form(visitor) }
                if place.kind == .folder { DropForm(place: place).html(for: visitor) }
            } else if links.isEmpty {
                Tag.p(.class("quiet")) { "There are no links to it." }
            }
        }
    }

    private func form(_ visitor: Visitor) -> HTML {
        Tag.section(.class("card")) {
            Tag.h2 { place.kind == .file ? "A new link" : "A link to have it" }
            Tag.p(.class("quiet")) { effect }
            SiteForm.form(place.url, by: visitor) {
                for number in place.numbers { Tag.input(.type("hidden"), .name("id"), .value(String(number))) }
                Tag.div(.class("fields")) {
                    LinkFields.html(uses: "Downloads, if not any number")
                    Tag.label {
                        "Note beside the password"
                        Tag.input(.name("note"), .autocomplete("off"))
                    }
                }
                if place.kind == .file {
                    Tag.label(.class("check")) {
                        Tag.input(.type("checkbox"), .name("by-name"), .value("1"))
                        " Short address from the file's name: whoever knows the name can make it"
                    }
                }
                Tag.button(.class("main")) { "Make a link" }
            }
        }
    }
    private var effect: String {
        switch place.kind {
        case .file: "Whoever has its address may download the file, without an account."
        case .several: "Whoever has its address may download them, without an account, as an archive."
        case .folder, .drop:
            "Whoever has its address may download the folder, with all that is below it, as an archive."
        }
    }
}
