import Accounts
import Catalogue
import Connections
import Domain
import Events
import HTML
package import HTTP
import Logins
import Platform
import SQLite
import Storage

extension AdminSite {
    /// What GET shows.
    func show(_ context: Context, _ visitor: Visitor, _ peer: ServerEvent.Peer) -> SiteAnswer {
        do throws(SiteTrouble) {
            return try page(context, visitor, peer)
        } catch {
            return SiteAnswer(error.status, error.page.html(for: visitor))
        }
    }

    private func page(
        _ context: Context, _ visitor: Visitor, _ peer: ServerEvent.Peer
    ) throws(SiteTrouble) -> SiteAnswer {
        let names = context.request.names
        switch names.first {
        case nil: return try overview(context, visitor)
        case "" where names.count == 1: return try overview(context, visitor)
        case FilesRequest.part: return try files(context, visitor)
        case StoredFilePage.part, StoredFilePage.contentPart: return try file(context, visitor)
        case Archive.part: return try archive(context)
        case LogRequest.part where names.count == 1:
            let request = LogRequest(context.request.query)
            let page = try context.services.ask { connection throws(SQLiteError) in try connection.log(request.query) }
            return SiteAnswer(.ok, LogList(request: request, page: page).html(for: visitor))
        case Deleting.part: return try Deleting(context: context, peer: peer).ask(visitor)
        case StoredReceipt.part: return try StoredReceipt(context: context, peer: peer).answer()
        case UsersRequest.part: return try UsersRequest(self, context, peer).show(visitor)
        case TrashRequest.part: return try TrashRequest(context: context, peer: peer).show(visitor)
        case Sharing.part: return try Sharing(context: context, peer: peer).show(visitor)
        case Sharing.severalPart where names.count == 1:
            return try Sharing(context: context, peer: peer).showSeveral(visitor)
        case Sharing.listPart where names.count == 1: return try Sharing(context: context, peer: peer).list(visitor)
        case LogRequest.part where names == [LogRequest.part, LogChanges.clear]:
            return LogChanges.question(for: visitor)
        case LivePage.part where names.count == 1:
            let rows = live.rows { context.services.vault.uploadsUnderWay }
            return SiteAnswer(.ok, LivePage(rows: rows).html(for: visitor))
        case LivePage.part where names == [LivePage.part, "events"]:
            return LiveEvents(live, context, visitor, sessions).answer()
        default: return try export(context)
        }
    }

    private func export(_ context: Context) throws(SiteTrouble) -> SiteAnswer {
        guard context.request.names.count == 1, let form = context.request.names.first.flatMap(LogExport.form) else {
            throw .notFound
        }
        return try LogExport(form, LogRequest(context.request.query), context.services).answer()
    }

    private func overview(_ context: Context, _ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        let trouble = context.services.catalogue.trouble
        let totals =
            trouble == nil
            ? try context.services.ask { connection throws(SQLiteError) in try connection.totals() } : []
        let number = context.request.query["page"].flatMap { Int($0) } ?? 0
        let users = UserTable(
            UserTable.rows(of: context.services.gate.users, totals), page: min(max(number, 0), 100_000))
        return SiteAnswer(.ok, OverviewPage(context.services, users, trouble: trouble).html(for: visitor))
    }

    private func files(_ context: Context, _ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        guard let request = FilesRequest(context.request) else { throw .notFound }
        let (page, folders) = try context.services.ask { connection throws(SQLiteError) in
            let page = try connection.files(request.query)
            guard let user = request.user, !request.isSearch, request.after == nil else { return (page, [[UInt8]]()) }
            return (page, try connection.folders(in: request.folderPath, of: user, limit: FilesList.mostFolders))
        }
        let isIncomplete = context.services.catalogue.isRebuilding
        return SiteAnswer(
            .ok,
            FilesList(request: request, page: page, folders: folders, isIncomplete: isIncomplete).html(for: visitor))
    }

    private func file(_ context: Context, _ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        guard let place = StoredPlace(context.request.segments.dropFirst()) else { throw .notFound }
        guard let content = try context.services.open(place) else { throw .notFound }
        let entry = context.services.entry(of: place, content)
        if context.request.names.first == StoredFilePage.part {
            return SiteAnswer(.ok, StoredFilePage(place, content, entry).html(for: visitor))
        }
        let isPlayed = context.request.query["inline"] != nil && PlayableType(ofFile: place.name) != nil
        return SiteAnswer(
            Download(
                content: content, owner: place.owner, path: place.path, digest: entry?.digest,
                disposition: isPlayed ? .inline : .attachment))
    }

    private func archive(_ context: Context) throws(SiteTrouble) -> SiteAnswer {
        guard let request = FilesRequest(context.request), let user = request.user else { throw .notFound }
        let files = try context.services.ask { connection throws(SQLiteError) in
            try Archive.files(below: request.folderPath, of: user, in: &connection)
        }
        guard let files else {
            throw SiteTrouble(
                .contentTooLarge,
                MessagePage(
                    title: "Too many files",
                    text: "An archive takes at most \(Archive.most) files: choose a folder that holds fewer."))
        }
        if files.isEmpty { throw .notFound }
        return Archive(context.services.vault, files, of: request.folderPath)
            .answer(named: request.folder.last ?? user.bytes)
    }
}

/// Why something isn't shown.
package struct SiteTrouble: Error {
    package let status: HTTP.Status
    let page: MessagePage

    init(_ status: HTTP.Status, _ page: MessagePage) {
        (self.status, self.page) = (status, page)
    }

    /// For a person.
    package var text: String { page.text }

    static let notFound = SiteTrouble(.notFound, .notFound)
}

extension Services {
    /// Asks the catalogue.
    func ask<R>(_ body: (inout SQLiteConnection) throws(SQLiteError) -> R) throws(SiteTrouble) -> R {
        do throws(CatalogueError) {
            return try catalogue.read(body)
        } catch {
            let text = "\(error). Nothing that is stored is concerned by it, and devices go on sending."
            throw SiteTrouble(.serviceUnavailable, MessagePage(title: "The catalogue can't be asked", text: text))
        }
    }

    /// Changes what only the catalogue knows.
    func change<R: Sendable>(
        _ body: @escaping @Sendable (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(SiteTrouble) -> R {
        do throws(CatalogueError) {
            return try catalogue.change(body)
        } catch {
            throw SiteTrouble(
                .serviceUnavailable, MessagePage(title: "The catalogue can't be changed", text: "\(error)."))
        }
    }

    /// - Returns: nil when no file is there.
    func open(_ place: StoredPlace) throws(SiteTrouble) -> StoredContent? {
        do throws(VaultError) {
            return try place.open(in: vault)
        } catch {
            throw SiteTrouble(.serviceUnavailable, MessagePage(storage: error))
        }
    }

    /// What the catalogue knows of a file, if that is the one that was opened.
    func entry(of place: StoredPlace, _ content: StoredContent) -> FileEntry? {
        let entry = try? catalogue.read { connection throws(SQLiteError) in
            try connection.file(place.path, of: place.owner)
        }
        guard let entry = entry ?? nil, entry.size == content.size, entry.modified == content.status.modified else {
            return nil
        }
        return entry
    }
}
