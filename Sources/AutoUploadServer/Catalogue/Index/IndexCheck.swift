import Domain
package import Platform
import SQLite
import Storage

/// Where the index and the folder differ.
package struct IndexCheck: Sendable {
    package enum Difference: String, Sendable {
        /// In the folder, and not in the index.
        case missing
        /// In the index, and not in the folder.
        case gone
        case changed
    }

    /// How many files are in the folder.
    package private(set) var files = 0
    package private(set) var differences = 0

    /// Looks at every file, and at the structure of the catalogue's own.
    ///
    /// - Parameter tell: is told of each difference.
    package init(
        _ console: inout CatalogueConsole, tellingOf tell: (Difference, FileName, [UInt8]) -> Void
    ) throws(CatalogueError) {
        try console.perform { connection throws(SQLiteError) in try connection.checkIntegrity() }
        var seen = NumberSet()
        let place = console.place
        do throws(SystemError) {
            for user in try place.files.users() {
                var found: [FoundFile] = []
                try place.files.forEach(of: user) { item throws(SystemError) in
                    if item.status.kind == .regular {
                        found.append(FoundFile(user, item.folder, item.name, item.status))
                    }
                }
                for file in found { try compare(file, &console, &seen, tell) }
            }
        } catch {
            throw .unavailable(error.description)
        }
        try findGone(&console, seen, tell)
    }

    private mutating func compare(
        _ file: FoundFile, _ console: inout CatalogueConsole, _ seen: inout NumberSet,
        _ tell: (Difference, FileName, [UInt8]) -> Void
    ) throws(SystemError) {
        files += 1
        let bytes = file.folder.isEmpty ? file.name.bytes : file.folder + [UInt8(ascii: "/")] + file.name.bytes
        guard let path = try? RemotePath(bytes) else { return }
        let entry = try? console.perform { connection throws(SQLiteError) in try connection.file(path, of: file.user) }
        guard let entry = entry ?? nil else {
            differences += 1
            return tell(.missing, file.user, bytes)
        }
        seen.insert(entry.id)
        if entry.size != file.size || entry.modified.unixNanoseconds != file.modified {
            differences += 1
            tell(.changed, file.user, bytes)
        }
    }

    private mutating func findGone(
        _ console: inout CatalogueConsole, _ seen: NumberSet, _ tell: (Difference, FileName, [UInt8]) -> Void
    ) throws(CatalogueError) {
        var query = FileQuery(.everything)
        (query.order, query.limit) = (.name, FileQuery.limits.upperBound)
        while true {
            let current = query
            let page = try console.perform { connection throws(SQLiteError) in try connection.files(current) }
            for file in page.files where !seen.contains(file.id) {
                differences += 1
                tell(.gone, file.user, file.path.bytes)
            }
            guard let next = page.next else { return }
            query.after = next
        }
    }
}
