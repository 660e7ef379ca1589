import Catalogue
import Domain
import HTML
import HTTP
import Platform
import SQLite

/// A link of files that were ticked in a list, of one user.
extension Sharing {
    static let severalPart = "share-files"

    func showSeveral(_ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        let place = try several(context.request.query)
        // One of its own gives the file itself, not an archive.
        if place.files.count == 1, let file = place.files.first {
            return SiteAnswer(seeOther: Self.url(place.user, file))
        }
        return SiteAnswer(.ok, SharePage(place: place, links: [], host: context.request.host).html(for: visitor))
    }

    func makeOfSeveral(_ form: URLEncodedForm, _ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        try make(of: try several(form), form, visitor)
    }

    private func several(_ fields: URLEncodedForm) throws(SiteTrouble) -> Place {
        let numbers = Deleting.numbers(fields)
        guard numbers.count <= Deleting.most else {
            throw .badForm("At most \(Deleting.most) files are shared at a time.")
        }
        let files = try context.services.ask { connection throws(SQLiteError) in
            try connection.files(numbered: numbers)
        }
        guard let user = files.first?.user else { throw .badForm("Go back, and tick the files that are meant.") }
        guard files.allSatisfy({ $0.user == user }) else { throw .badForm("A link is of one user's files.") }
        var place = Place(user: user, path: Self.folder(of: files.map(\.path)), kind: .several)
        (place.files, place.numbers) = (files.map(\.path.bytes), files.map(\.id))
        return place
    }

    /// The folder that all of them are in, or below: what is above it is nothing that a link tells.
    private static func folder(of paths: [RemotePath]) -> [UInt8] {
        let folders = paths.map { $0.components.dropLast() }
        let common = folders.dropFirst().reduce(folders.first ?? []) { common, folder in
            ArraySlice(zip(common, folder).prefix { $0 == $1 }.map(\.0))
        }
        return Array(common.joined(separator: [UInt8(ascii: "/")]))
    }
}
