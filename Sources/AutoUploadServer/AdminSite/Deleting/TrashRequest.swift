import Catalogue
import Connections
import Domain
import Events
import HTML
import HTTP
import Platform
import Storage

/// What is asked of the trash: `/admin/trash`, `/admin/trash/USER/BATCH`, and a file in it by its path behind that.
struct TrashRequest {
    let context: AdminSite.Context
    let peer: ServerEvent.Peer

    static let part = "trash"
    /// Asks whether it is to be removed for good.
    static let removing = "remove"
    /// Of a form: what is to be done.
    static let action = "do"
    static let undo = "undo"
    static let remove = "remove"

    /// What was deleted together, or one file of it.
    struct Place {
        let user: FileName
        let batch: TrashBatch
        /// Nil: all of it.
        let path: RemotePath?

        var url: OwnURL { Self.url(user, batch, path) }

        static func url(
            _ user: FileName, _ batch: TrashBatch, _ path: RemotePath? = nil,
            query: [(name: String, value: String)] = []
        ) -> OwnURL {
            let names = [Array("admin".utf8), Array(TrashRequest.part.utf8), user.bytes, batch.name.bytes]
            return OwnURL(names + (path?.components ?? []), query: query)
        }
    }

    private func place() throws(SiteTrouble) -> Place {
        let names = context.request.segments.dropFirst()
        guard names.count >= 2, let user = names.first.flatMap({ FileName($0) }),
            let batch = names.dropFirst().first.flatMap({ TrashBatch($0) })
        else { throw .notFound }
        let rest = Array(names.dropFirst(2))
        if rest.isEmpty { return Place(user: user, batch: batch, path: nil) }
        guard let path = try? RemotePath(components: rest) else { throw .notFound }
        return Place(user: user, batch: batch, path: path)
    }

    // MARK: Pages

    func show(_ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        if context.request.segments.count == 1 { return SiteAnswer(.ok, try list().html(for: visitor)) }
        let place = try place()
        let files = try files(of: place, limit: TrashBatchPage.most + 1)
        if files.isEmpty { throw .notFound }
        if context.request.query[Self.removing] != nil {
            guard visitor.mayChange else { return SiteAnswer(.forbidden, MessagePage.viewer.html(for: visitor)) }
            return SiteAnswer(.ok, TrashBatchPage(place: place, files: files).question(for: visitor))
        }
        return SiteAnswer(.ok, TrashBatchPage(place: place, files: files).html(for: visitor))
    }

    private func list() throws(SiteTrouble) -> TrashList {
        let page = min(max(context.request.query["page"].flatMap { Int($0) } ?? 0, 0), 100_000)
        let all = try stored { () throws(VaultError) in try context.services.vault.trashBatches() }
        var rows: [TrashList.Row] = []
        for (user, batch) in all.dropFirst(page * TrashList.perPage).prefix(TrashList.perPage) {
            let place = Place(user: user, batch: batch, path: nil)
            rows.append(TrashList.Row(place: place, files: try files(of: place, limit: TrashList.mostFiles + 1)))
        }
        return TrashList(
            rows: rows.filter { !$0.files.isEmpty }, page: page, isMore: all.count > (page + 1) * TrashList.perPage,
            expiry: context.services.vault.trashExpiry)
    }

    private func files(of place: Place, limit: Int) throws(SiteTrouble) -> [DeletedFile] {
        try stored { () throws(VaultError) in
            try context.services.vault.trashed(in: place.batch, of: place.user, limit: limit)
        }
    }

    private func stored<R>(_ body: () throws(VaultError) -> R) throws(SiteTrouble) -> R {
        do throws(VaultError) {
            return try body()
        } catch {
            throw SiteTrouble(.serviceUnavailable, MessagePage(storage: error))
        }
    }

    // MARK: Changes

    func change(_ form: URLEncodedForm) throws(SiteTrouble) -> SiteAnswer {
        let place = try place()
        switch form[Self.action] {
        case Self.undo: return try restore(place)
        case Self.remove: return try remove(place)
        default: throw .badForm("It isn't said what is to be done.")
        }
    }

    private func restore(_ place: Place) throws(SiteTrouble) -> SiteAnswer {
        var restored: [RestoredFile] = []
        var troubles: [String] = []
        var isMore = true
        while isMore {
            let paths =
                if let path = place.path { [path] } else { try files(of: place, limit: Self.together).map(\.path) }
            isMore = place.path == nil && paths.count == Self.together && troubles.isEmpty
            let count = restored.count
            for path in paths {
                do throws(VaultError) {
                    guard let file = try context.services.vault.restore(path, in: place.batch, of: place.user) else {
                        continue
                    }
                    restored.append(file)
                } catch {
                    troubles.append("\(escaped(path.bytes)): \(error).")
                }
            }
            context.services.reportMany(restored.dropFirst(count).map { .restored(peer, owner: place.user, $0) })
        }
        if !troubles.isEmpty { throw .notDone("Not all of it could be had back", troubles) }
        guard let first = restored.first else { throw .notFound }
        if restored.count > 1 { return SiteAnswer(seeOther: FilesRequest.url(place.user)) }
        return SiteAnswer(
            seeOther: StoredPlace(owner: place.user, path: first.path).url(StoredFilePage.part))
    }

    private static let together = 500

    private func remove(_ place: Place) throws(SiteTrouble) -> SiteAnswer {
        let (services, peer) = (context.services, peer)
        do throws(VaultError) {
            try services.vault.removeFromTrash(place.path.map { [$0] }, in: place.batch, of: place.user) { file in
                services.report(.purged(peer, owner: place.user, file, place.batch))
            }
        } catch {
            throw .notDone("Not all of it was removed", ["\(error)."])
        }
        return SiteAnswer(seeOther: OwnURL("admin", Self.part))
    }
}
