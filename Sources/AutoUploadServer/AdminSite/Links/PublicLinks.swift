package import Catalogue
package import Connections
import Domain
package import Events
import HTML
package import HTTP
import Logins
package import Platform
import SQLite
import Storage
import Transport

/// What an address gives that an admin has made: to whoever has it, without an account.
package struct PublicLinks: Sendable {
    private let passes: LinkPasses
    private let misses = Monitor(LinkMisses())
    private let uses = Monitor(LinkUses())

    /// - Throws: `SystemError` when the kernel gives no randomness.
    package init() throws(SystemError) {
        passes = LinkPasses(key: try KeyedHash())
    }

    /// - Parameters:
    ///   - form: what a POST brings, a password; nil: the file or folder is asked for.
    ///   - isHead: only what would be said of it is asked for: it counts as no use.
    package func answer(
        _ id: LinkID, _ fields: Fields, form: URLEncodedForm?, isHead: Bool, _ services: Services, _ desk: LoginDesk,
        _ peer: inout ServerEvent.Peer
    ) -> SiteAnswer {
        (peer.user, peer.account) = (nil, nil)
        do throws(SiteTrouble) {
            let link = try find(id, services, peer.address.group)
            if let form { return try unlock(link, form, desk, peer) }
            if !isOpened(link, fields) { return LinkPages.password(link, trouble: nil) }
            let answer = try content(of: link, services)
            if !isHead, link.kind != .drop { try use(link, services, peer) }
            return answer
        } catch {
            return Self.answer(error)
        }
    }

    /// A link by which files may be added.
    package func drop(
        _ id: LinkID, _ services: Services, from group: AddressGroup
    ) throws(SiteTrouble) -> Link {
        let link = try find(id, services, group)
        guard link.kind == .drop else { throw .notFound }
        return link
    }

    /// Whether it asks for no password, or its password was given within the hour.
    package func isOpened(_ link: Link, _ fields: Fields) -> Bool {
        link.password == nil || passes.isOpened(link, fields)
    }

    /// For who goes on adding files: the password isn't asked for in the midst of them.
    ///
    /// - Parameter fields: of a request that is let do that.
    /// - Returns: nil where nothing is to be renewed yet.
    package func renewedPass(for link: Link, _ fields: Fields) -> FieldValue? {
        link.password != nil && passes.isOld(fields) ? passes.pass(for: link) : nil
    }

    /// For who sees it.
    package static func answer(_ trouble: SiteTrouble) -> SiteAnswer {
        var answer = SiteAnswer(trouble.status, LinkPages.message(trouble.page))
        if trouble.status == .tooManyRequests { answer.fields.set(.retryAfter, "60") }
        return answer
    }

    /// Who tries many that aren't there has to wait, whether or not the next one is.
    private func find(_ id: LinkID, _ services: Services, _ group: AddressGroup) throws(SiteTrouble) -> Link {
        guard misses.withLock({ $0.mayTry(group) }) else { throw .tooManyGuesses }
        let link = try services.ask { connection throws(SQLiteError) in try connection.link(id) }
        guard let link, !link.isOver(at: currentUnixTime()) else {
            misses.withLock { $0.note(group) }
            throw .notFound
        }
        return link
    }

    private func unlock(
        _ link: Link, _ form: URLEncodedForm, _ desk: LoginDesk, _ peer: ServerEvent.Peer
    ) throws(SiteTrouble) -> SiteAnswer {
        let group = peer.address.group
        guard let hash = link.password, let given = form["password"] else { throw .notFound }
        switch desk.isPassword(given, of: hash, from: group) {
        case nil: throw .busy
        case false?:
            misses.withLock { $0.note(group) }
            return LinkPages.password(link, trouble: "This isn't the link's password.")
        case true?:
            var answer = SiteAnswer(seeOther: link.url)
            answer.fields.append(.setCookie, passes.pass(for: link))
            return answer
        }
    }

    private func content(of link: Link, _ services: Services) throws(SiteTrouble) -> SiteAnswer {
        switch link.kind {
        case .file:
            guard let place = StoredPlace(link), let content = try services.open(place) else { throw .notFound }
            return SiteAnswer(
                Download(
                    content: content, owner: place.owner, path: place.path,
                    digest: services.entry(of: place, content)?.digest, disposition: .attachment))
        case .folder:
            let files = try services.ask { connection throws(SQLiteError) in
                try Archive.files(below: link.path, of: link.user, in: &connection)
            }
            guard let files, !files.isEmpty else { throw .notFound }
            return Archive(services.vault, files, of: link.path).answer(named: link.folderName)
        case .drop: return SiteAnswer(seeOther: OwnURL(link.id.text, ""))
        case .several:
            // Those that are deleted by now are left out: what has taken the name of one isn't it.
            let files = try services.ask { connection throws(SQLiteError) in
                var found: [FileEntry] = []
                for path in link.files {
                    guard let path = try? RemotePath(path) else { continue }
                    if let file = try connection.file(path, of: link.user) { found.append(file) }
                }
                return found
            }
            if files.isEmpty { throw .notFound }
            return Archive(services.vault, files, of: link.path).answer(named: link.folderName)
        }
    }

    /// Whoever has it by now may go on with it for a while: a player asks for many parts, and what breaks is gone on with.
    private func use(_ link: Link, _ services: Services, _ peer: ServerEvent.Peer) throws(SiteTrouble) {
        if uses.withLock({ $0.goesOn(link.id, peer.address.group) }) { return }
        let isGood = try services.change { connection throws(SQLiteError) in
            try connection.use(link.id, at: currentUnixTime())
        }
        guard isGood else { throw .notFound }
        uses.withLock { $0.note(link.id, peer.address.group) }
    }
}

extension SiteTrouble {
    fileprivate static let tooManyGuesses = SiteTrouble(
        .tooManyRequests,
        MessagePage(
            title: "Too many tries", text: "Too many addresses that don't exist were asked for. Come again in a minute."
        ))
    fileprivate static let busy = SiteTrouble(
        .serviceUnavailable, MessagePage(title: "Busy", text: "The server is busy: come again."))
}

extension Link {
    var url: OwnURL { OwnURL(id.text) }

    /// Of the folder that it is of, or that its files are in.
    fileprivate var folderName: [UInt8] {
        path.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? user.bytes
    }
}

extension StoredPlace {
    init?(_ link: Link) {
        guard let path = try? RemotePath(link.path) else { return nil }
        self.init(owner: link.user, path: path)
    }
}
