import Catalogue
import HTML
import HTTP
import Platform

/// Which files somebody wants to see: `/admin/files`, `/admin/files/USER`, `/admin/files/USER/FOLDER…`, and what stands in the query.
struct FilesRequest: Sendable {
    /// Nil: of all users.
    let user: FileName?
    /// From the user's folder on; empty: that itself.
    let folder: [[UInt8]]
    let order: FileQuery.Order
    let isDescending: Bool
    /// As it was typed.
    let text, from, to, least, most: String
    let after: ListPosition?

    static let part = "files"

    /// Fails for names that nobody and nothing has.
    init?(_ request: SiteRequest) {
        let names = request.segments.dropFirst().filter { !$0.isEmpty }
        user = names.first.flatMap { FileName($0) }
        guard user != nil || names.isEmpty else { return nil }
        folder = Array(names.dropFirst())
        let query = request.query
        (text, from, to) = (query["q"] ?? "", query["from"] ?? "", query["to"] ?? "")
        (least, most) = (query["min"] ?? "", query["max"] ?? "")
        // What was stored last is what is looked for most; in a folder, names are.
        let standard: FileQuery.Order = user == nil ? .time : .name
        order = query["order"].flatMap { FileQuery.Order(rawValue: $0) } ?? standard
        isDescending = query["dir"].map { $0 == "desc" } ?? (order != .name)
        after = query["after"].flatMap { ListPosition(text: $0) }
    }

    /// The folder's path.
    var folderPath: [UInt8] { Array(folder.joined(separator: [UInt8(ascii: "/")])) }

    /// Whether something is looked for, rather than looked through folder by folder.
    var isSearch: Bool { ![text, from, to, least, most].allSatisfy(\.isEmpty) }

    var query: FileQuery {
        var query = FileQuery(scope)
        (query.order, query.isDescending, query.after) = (order, isDescending, after)
        query.text = text.isEmpty ? nil : text
        if !from.isEmpty || !to.isEmpty {
            let (begin, end) = (Day(from)?.begin ?? .min, Day(to)?.end ?? .max)
            query.stored = begin <= end ? begin...end : end...end
        }
        if !least.isEmpty || !most.isEmpty {
            let (low, high) = (byteCount(least.utf8) ?? 0, byteCount(most.utf8) ?? .max)
            query.sizes = low <= high ? low...high : high...high
        }
        return query
    }

    private var scope: FileQuery.Scope {
        guard let user else { return .everything }
        return isSearch ? .user(user) : .folder(folderPath, of: user)
    }

    /// What can't be read of the query, for the person.
    var complaints: [String] {
        var complaints: [String] = []
        for day in [from, to] where !day.isEmpty && Day(day) == nil {
            complaints.append("“\(day)” isn't a day, as in 2026-11-29")
        }
        for size in [least, most] where !size.isEmpty && byteCount(size.utf8) == nil {
            complaints.append("“\(size)” isn't a size, as in 500M or 2G")
        }
        return complaints
    }

    /// The same list, changed.
    func url(
        order: FileQuery.Order? = nil, isDescending: Bool? = nil, after: ListPosition? = nil
    ) -> OwnURL {
        var pairs = [
            (name: "q", value: text), (name: "from", value: from), (name: "to", value: to),
            (name: "min", value: least), (name: "max", value: most),
        ].filter { !$0.value.isEmpty }
        pairs.append((name: "order", value: (order ?? self.order).rawValue))
        pairs.append((name: "dir", value: isDescending ?? self.isDescending ? "desc" : "asc"))
        if let after { pairs.append((name: "after", value: after.text)) }
        return Self.url(user, folder, query: pairs)
    }

    static func url(
        _ user: FileName? = nil, _ folder: [[UInt8]] = [], query: [(name: String, value: String)] = [],
        in part: String = part
    ) -> OwnURL {
        OwnURL(
            [Array("admin".utf8), Array(part.utf8)] + (user.map { [$0.bytes] } ?? []) + folder, query: query)
    }
}
