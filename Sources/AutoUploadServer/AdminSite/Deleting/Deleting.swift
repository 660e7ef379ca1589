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

/// An admin deletes files: one, or all of a folder, by its address, or those that were chosen in a list. It is asked about first.
struct Deleting {
    let context: AdminSite.Context
    let peer: ServerEvent.Peer

    static let part = "delete"
    /// The field that names a file by its number in the index.
    static let number = "id"
    /// Files at a time.
    static let most = 200

    func ask(_ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        guard visitor.mayChange else { return SiteAnswer(.forbidden, MessagePage.viewer.html(for: visitor)) }
        let chosen = try chosen(context.request.query)
        if chosen.isEmpty { throw .nothingChosen }
        let question = DeletingQuestion(
            places: chosen, isFolder: isFolder(chosen), numbers: Self.numbers(context.request.query),
            url: context.request.url,
            expiry: context.services.vault.trashExpiry)
        return SiteAnswer(.ok, question.html(for: visitor))
    }

    func delete(_ form: URLEncodedForm) throws(SiteTrouble) -> SiteAnswer {
        let chosen = try chosen(form)
        if chosen.isEmpty { throw .nothingChosen }
        var troubles: [String] = []
        var events: [ServerEvent] = []
        for (owner, places) in Dictionary(grouping: chosen, by: \.owner) {
            let outcomes = context.services.vault.delete(places.map(\.path), of: owner)
            for (place, outcome) in zip(places, outcomes) {
                switch outcome {
                case .success(let file?): events.append(.deleted(peer, owner: owner, file))
                // It has gone by other ways.
                case .success(nil): context.services.catalogue.rebuild()
                case .failure(let error): troubles.append("\(escaped(place.path.bytes)): \(error).")
                }
            }
        }
        context.services.reportMany(events)
        if !troubles.isEmpty { throw .notDone("Not all of it was deleted", troubles) }
        let isKept = context.services.vault.trashExpiry > 0
        return SiteAnswer(seeOther: isKept ? OwnURL("admin", TrashRequest.part) : FilesRequest.url(chosen.first?.owner))
    }

    static func numbers(_ fields: URLEncodedForm) -> [Int64] {
        fields.fields.filter { $0.name == number }.compactMap { Int64($0.value) }
    }

    private func chosen(_ fields: URLEncodedForm) throws(SiteTrouble) -> [StoredPlace] {
        let segments = context.request.segments.dropFirst()
        if !segments.isEmpty {
            guard let place = StoredPlace(segments) else { throw .notFound }
            return try context.services.open(place) != nil ? [place] : try files(below: place)
        }
        let numbers = Self.numbers(fields)
        guard numbers.count <= Self.most else { throw .badForm("At most \(Self.most) files are deleted at a time.") }
        return try context.services.ask { connection throws(SQLiteError) in
            try connection.files(numbered: numbers).map { StoredPlace(owner: $0.user, path: $0.path) }
        }
    }
}

extension Deleting {
    private func files(below place: StoredPlace) throws(SiteTrouble) -> [StoredPlace] {
        let paths: [RemotePath]
        do throws(VaultError) {
            paths = try context.services.vault.files(
                below: place.path, of: place.owner, limit: Vault.mostFilesOfTrash + 1)
        } catch {
            throw SiteTrouble(.serviceUnavailable, MessagePage(storage: error))
        }
        if paths.isEmpty { throw .notFound }
        guard paths.count <= Vault.mostFilesOfTrash else {
            throw .badForm(
                "At most \(Vault.mostFilesOfTrash) files are deleted at a time: choose a folder that holds fewer.")
        }
        return paths.map { StoredPlace(owner: place.owner, path: $0) }
    }

    /// Whether the address is that of a folder.
    private func isFolder(_ chosen: [StoredPlace]) -> Bool {
        StoredPlace(context.request.segments.dropFirst()).map { chosen != [$0] } ?? false
    }
}

extension SiteTrouble {
    fileprivate static let nothingChosen = SiteTrouble(
        .badRequest, MessagePage(title: "Nothing was chosen", text: "Go back, and tick the files that are meant."))

    /// - Parameter troubles: at most a few are shown.
    static func notDone(_ title: String, _ troubles: [String]) -> SiteTrouble {
        let more = troubles.count > 3 ? " And \(troubles.count - 3) more." : ""
        return SiteTrouble(
            .internalServerError, MessagePage(title: title, text: troubles.prefix(3).joined(separator: " ") + more))
    }
}

extension SiteRequest {
    /// The page's own address, without its query.
    var url: OwnURL { OwnURL([Array("admin".utf8)] + segments) }
}
