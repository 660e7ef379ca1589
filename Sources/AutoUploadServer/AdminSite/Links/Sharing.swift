import Accounts
import Catalogue
import Connections
import Domain
import Events
import HTML
import HTTP
import Logins
import Platform
import SQLite
import Storage

/// An admin makes and revokes links.
struct Sharing {
    let context: AdminSite.Context
    let peer: ServerEvent.Peer

    static let part = "share"
    static let listPart = "links"
    static let revoke = "revoke"

    /// What is to be shared: a file, a folder, or several files of one.
    struct Place {
        let user: FileName
        let path: [UInt8]
        let kind: Link.Kind
        /// Files may be added to a folder that isn't there yet.
        var isThere = true
        /// Of several: their paths, and their numbers in the index.
        var files: [[UInt8]] = []
        var numbers: [Int64] = []

        var name: [UInt8] {
            kind == .several
                ? Array("\(files.count) files".utf8)
                : path.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? user.bytes
        }

        /// Where its page is, and its form goes to.
        var url: OwnURL { kind == .several ? OwnURL("admin", Sharing.severalPart) : Sharing.url(user, path) }
    }

    static func place(_ context: AdminSite.Context) throws(SiteTrouble) -> Place {
        let names = context.request.segments.dropFirst().filter { !$0.isEmpty }
        guard let first = names.first, let user = FileName(first) else { throw .notFound }
        let path = Array(names.dropFirst().joined(separator: [UInt8(ascii: "/")]))
        if let place = StoredPlace(names), try context.services.open(place) != nil {
            return Place(user: user, path: path, kind: .file)
        }
        let isFolder = try context.services.ask { connection throws(SQLiteError) in
            var query = FileQuery(.folder(path, of: user))
            query.limit = 1
            if try !connection.files(query).files.isEmpty { return true }
            return try !connection.folders(in: path, of: user, limit: 1).isEmpty
        }
        let isPath = path.isEmpty || (try? RemotePath(path)) != nil
        let isUser = context.services.gate.users.contains { $0.name.text.utf8.elementsEqual(user.bytes) }
        guard isFolder || isPath && isUser else { throw .notFound }
        return Place(user: user, path: path, kind: .folder, isThere: isFolder)
    }

    func show(_ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        let place = try Self.place(context)
        let links = try context.services.ask { connection throws(SQLiteError) in
            try connection.links(of: (path: place.path, user: place.user))
        }
        return SiteAnswer(
            .ok, SharePage(place: place, links: links, host: context.request.host).html(for: visitor))
    }

    func list(_ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        let links = try context.services.ask { connection throws(SQLiteError) in try connection.links(limit: 200) }
        return SiteAnswer(.ok, LinkList(links: links, host: context.request.host).html(for: visitor))
    }

    func make(_ form: URLEncodedForm, _ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        try make(of: try Self.place(context), form, visitor)
    }

    func make(of place: Place, _ form: URLEncodedForm, _ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        let link = try newLink(of: place, form, visitor)
        let isNew = try context.services.change { connection throws(SQLiteError) in try connection.add(link) }
        guard isNew else {
            throw .badForm("Another file of this name is shared by its name already: revoke that link first.")
        }
        context.services.report(.linkMade(peer, id: link.id.text, owner: place.user, path: link.target))
        return SiteAnswer(seeOther: Self.url(place.user, place.path))
    }

    static func url(_ user: FileName, _ path: [UInt8]) -> OwnURL {
        OwnURL(
            [Array("admin".utf8), Array(part.utf8), user.bytes]
                + path.split(separator: UInt8(ascii: "/")).map { Array($0) })
    }

    private func newLink(of place: Place, _ form: URLEncodedForm, _ visitor: Visitor) throws(SiteTrouble) -> Link {
        let isDrop = form["kind"] == "drop" && place.kind == .folder
        guard isDrop || place.isThere else { throw .notFound }
        let id = form["by-name"] != nil && place.kind == .file ? LinkID.ofName(place.name) : try? LinkID.random()
        guard let id else { throw .badForm("The server has no memory for it: come again.") }
        var link = Link(
            id, isDrop ? .drop : place.kind, of: place.path, user: place.user, madeBy: visitor.login.user.text)
        link.files = place.files
        try setBounds(of: &link, form)
        link.note = String((form["note"] ?? "").replacing("\r\n", with: "\n").prefix(Self.longestNote))
        if isDrop {
            link.largest = try Self.size(form["largest"])
            link.bytesLeft = try Self.size(form["bytes"])
            link.needsProof = form["proof"] != nil
        }
        if let password = form["password"], !password.isEmpty { link.password = try hash(password) }
        return link
    }

    private func setBounds(of link: inout Link, _ form: URLEncodedForm) throws(SiteTrouble) {
        if let text = form["ends"], !text.isEmpty {
            guard let day = Day(text), day.end > currentUnixTime() else {
                throw .badForm("“\(text)” isn't a day to come, as in 2027-11-29.")
            }
            link.ends = day.end
        }
        if let text = form["uses"], !text.isEmpty {
            guard let count = Int64(text), (1...1_000_000_000).contains(count) else {
                throw .badForm("“\(text)” isn't a number of \(link.kind == .drop ? "files" : "downloads").")
            }
            link.usesLeft = count
        }
    }

    private static func size(_ text: String?) throws(SiteTrouble) -> UInt64? {
        guard let text, !text.isEmpty else { return nil }
        guard let size = byteCount(text.utf8) else {
            throw .badForm("“\(text)” isn't a number of bytes, as in 500M or 10G.")
        }
        return size
    }

    private static let longestNote = 500

    private func hash(_ password: String) throws(SiteTrouble) -> String {
        guard password.utf8.count <= 1024, password.count >= 4 else {
            throw .badForm("A link's password has at least 4 characters, and at most 1024 bytes.")
        }
        guard let hash = context.desk.hash(of: password, from: peer.address.group) else {
            throw .badForm("The server is busy: come again.")
        }
        return hash
    }

    func revoke(_ form: URLEncodedForm) throws(SiteTrouble) -> SiteAnswer {
        guard let id = form["id"].flatMap({ LinkID($0) }) else { throw .notFound }
        let link = try context.services.change { connection throws(SQLiteError) -> Link? in
            guard let link = try connection.link(id), try connection.revoke(id) else { return nil }
            return link
        }
        guard let link else { throw .notFound }
        context.services.report(.linkRevoked(peer, id: id.text, owner: link.user, path: link.target))
        return SiteAnswer(seeOther: OwnURL("admin", Self.listPart))
    }
}

extension SiteTrouble {
    static func badForm(_ text: String) -> SiteTrouble {
        SiteTrouble(.badRequest, MessagePage(title: "Nothing was changed", text: text))
    }
}
