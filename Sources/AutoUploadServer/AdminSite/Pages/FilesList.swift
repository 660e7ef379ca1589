import Catalogue
import Domain
import HTML
import Platform

/// Stored files in a list: of all users, of a folder, or those that something is known of.
struct FilesList {
    let request: FilesRequest
    let page: FilePage
    /// The folders within, by their paths from the user's folder on.
    let folders: [[UInt8]]
    /// The index is being made.
    let isIncomplete: Bool

    /// Folders that are shown.
    static let mostFolders = 200

    func html(for visitor: Visitor) -> HTML {
        Layout.page("Files", .files, for: visitor) {
            if isIncomplete {
                Tag.p(.class("note"), .role("status")) {
                    "The folder is being looked through: files may still be missing here."
                }
            }
            way
            FilesSearch(request: request).html
            for complaint in request.complaints { Tag.p(.class("trouble"), .role("alert")) { complaint } }
            if !folders.isEmpty { folderList }
            if visitor.mayChange, !page.files.isEmpty {
                Tag.form(.class("chosen"), .get, .action(OwnURL("admin", Deleting.part))) {
                    table(canChoose: true)
                    Tag.button { "Delete those that are ticked" }
                    " "
                    Tag.button(.formAction(OwnURL("admin", Sharing.severalPart))) { "Share those that are ticked" }
                }
            } else {
                table(canChoose: false)
            }
            if let user = request.user, !request.isSearch, visitor.mayChange {
                Tag.p {
                    Tag.a(.class("button"), .href(SiteUploader.url(user, request.folderPath))) { "Upload here" }
                    " "
                    Tag.a(.class("button"), .href(Sharing.url(user, request.folderPath))) { "Have others upload here" }
                }
            }
            if let user = request.user, !request.isSearch, !page.files.isEmpty || !folders.isEmpty {
                Tag.p {
                    Tag.a(.class("button"), .href(FilesRequest.url(user, request.folder, in: Archive.part))) {
                        "Download this folder (zip)"
                    }
                    " "
                    Tag.a(.class("button"), .href(Sharing.url(user, request.folderPath))) { "Share it" }
                    if visitor.mayChange, !request.folder.isEmpty {
                        " "
                        Tag.a(.class("button"), .href(FilesRequest.url(user, request.folder, in: Deleting.part))) {
                            "Delete it"
                        }
                    }
                }
            }
            if let next = page.next {
                Tag.p { Tag.a(.class("button"), .rel("next"), .href(request.url(after: next))) { "More" } }
            }
        }
    }

    /// Where one is, and the ways up.
    @HTMLBuilder private var way: HTML {
        if let user = request.user {
            Tag.nav(.class("way"), .label("Folders above")) {
                Tag.a(.href(FilesRequest.url())) { "All users" }
                " / "
                Tag.a(.href(FilesRequest.url(user)), request.folder.isEmpty ? .currentPage : nil) {
                    Shown.name(user.bytes)
                }
                for depth in request.folder.indices {
                    let above = Array(request.folder[...depth])
                    " / "
                    Tag.a(
                        .href(FilesRequest.url(user, above)),
                        depth == request.folder.count - 1 ? .currentPage : nil
                    ) { Shown.name(request.folder[depth]) }
                }
            }
        }
    }

    private var folderList: HTML {
        Tag.ul(.class("folders"), .label("Folders")) {
            for folder in folders {
                let names = folder.split(separator: UInt8(ascii: "/")).map { Array($0) }
                Tag.li {
                    Tag.a(.href(FilesRequest.url(request.user, names))) { Shown.name((names.last ?? []) + [0x2F]) }
                }
            }
        }
    }

    @HTMLBuilder private func table(canChoose: Bool) -> HTML {
        if page.files.isEmpty {
            Tag.p(.class("quiet")) {
                request.after != nil
                    ? "There are no more." : request.isSearch ? "No file is like that." : "There are no files here."
            }
        } else {
            Tag.div(.class("scroll")) {
                Tag.table(.class("list")) {
                    Tag.thead {
                        Tag.tr {
                            heading("Name", .name)
                            if showsUser { Tag.th(.scope("col")) { "User" } }
                            heading("Size", .size)
                            heading("Stored", .time)
                            if canChoose { Tag.th(.scope("col")) { "Choose" } }
                        }
                    }
                    Tag.tbody { for file in page.files { row(file, canChoose) } }
                }
            }
        }
    }

    private var showsUser: Bool { request.user == nil }

    private func heading(_ title: String, _ order: FileQuery.Order) -> HTML {
        let isChosen = request.order == order
        let turns = isChosen ? !request.isDescending : order != .name
        return Tag.th(.scope("col"), isChosen ? (request.isDescending ? .descending : .ascending) : nil) {
            Tag.a(.href(request.url(order: order, isDescending: turns))) { title }
        }
    }

    private func row(_ file: FileEntry, _ canChoose: Bool) -> HTML {
        let place = StoredPlace(owner: file.user, path: file.path)
        // In its own folder the name is enough.
        let name = request.user == nil || request.isSearch ? file.path.bytes : place.name
        return Tag.tr {
            Tag.td { Tag.a(.href(place.url(StoredFilePage.part))) { Shown.name(name) } }
            if showsUser { Tag.td { Tag.a(.href(FilesRequest.url(file.user))) { Shown.name(file.user.bytes) } } }
            Tag.td(.class("number")) { Shown.size(file.size) }
            Tag.td(.class("time")) { Shown.time(file.stored) }
            if canChoose {
                Tag.td(.class("choice")) {
                    Tag.input(
                        .type("checkbox"), .name("id"), .value(String(file.id)), .label("Choose \(escaped(place.name))")
                    )
                }
            }
        }
    }
}
