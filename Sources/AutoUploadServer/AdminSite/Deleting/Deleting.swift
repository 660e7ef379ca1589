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

/// An admin deletes files: one by its address, or those that were chosen in a list. It is asked about first.
struct Deleting {
    private let context: AdminSite.Context
    private let peer: ServerEvent.Peer

    static let part = "delete"
    /// The field that names a file by its number in the index.
    static let number = "id"
    /// Files at a time.
    static let most = 200

    init(_ context: AdminSite.Context, _ peer: ServerEvent.Peer) {
        (self.context, self.peer) = (context, peer)
    }

    func ask(_ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        guard visitor.mayChange else { return SiteAnswer(.forbidden, MessagePage.viewer.html(for: visitor)) }
        let chosen = try chosen(context.request.query)
        if chosen.isEmpty { throw .nothingChosen }
        let question = DeletingQuestion(
            places: chosen, numbers: Self.numbers(context.request.query), url: context.request.url,
            expiry: context.services.vault.trashExpiry)
        return SiteAnswer(.ok, question.html(for: visitor))
    }

    func delete(_ form: URLEncodedForm) throws(SiteTrouble) -> SiteAnswer {
        let chosen = try chosen(form)
        if chosen.isEmpty { throw .nothingChosen }
        var troubles: [String] = []
        var batches: [TrashBatch?] = []
        for (owner, places) in Dictionary(grouping: chosen, by: \.owner) {
            let outcomes = context.services.vault.delete(places.map(\.path), of: owner)
            for (place, outcome) in zip(places, outcomes) {
                switch outcome {
                case .success(let file?):
                    batches.append(file.batch)
                    context.services.report(.deleted(peer, owner: owner, file))
                // It has gone by other ways.
                case .success(nil): context.services.catalogue.rebuild()
                case .failure(let error): troubles.append("\(escaped(place.path.bytes)): \(error).")
                }
            }
        }
        try? context.services.catalogue.settle()
        if !troubles.isEmpty { throw .notDone("Not all of it was deleted", troubles) }
        let isKept = batches.contains { $0 != nil }
        return SiteAnswer(seeOther: isKept ? OwnURL("admin", TrashRequest.part) : FilesRequest.url(chosen.first?.owner))
    }

    static func numbers(_ fields: URLEncodedForm) -> [Int64] {
        fields.fields.filter { $0.name == number }.compactMap { Int64($0.value) }
    }

    private func chosen(_ fields: URLEncodedForm) throws(SiteTrouble) -> [StoredPlace] {
        let segments = context.request.segments.dropFirst()
        if !segments.isEmpty {
            guard let place = StoredPlace(segments), try context.services.open(place) != nil else { throw .notFound }
            return [place]
        }
        let numbers = Self.numbers(fields)
        guard numbers.count <= Self.most else { throw .badForm("At most \(Self.most) files are deleted at a time.") }
        return try context.services.ask { connection throws(SQLiteError) in
            try connection.files(numbered: numbers).map { StoredPlace(owner: $0.user, path: $0.path) }
        }
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
