import Domain
import Platform
import SQLite
import TestSupport
import Testing

@testable import Catalogue
@testable import Storage

@Suite("Questions for files")
struct FileQueryTests {
    /// Files as the index is told of them; the folder isn't asked.
    private struct Model {
        var files: [FoundFile] = []
        private var generator = SeededGenerator(seed: 16)

        init() throws {
            let users = ["ann", "bob", "zoë"], folders = ["", "a", "a/b", "a-b", "b/c"]
            for number in 0..<400 {
                let name = ["Clip", "clip", "ÜBER", "\"quoted\"", "日本語の映像"].randomElement(using: &generator) ?? ""
                files.append(
                    FoundFile(
                        user: try #require(FileName(users.randomElement(using: &generator) ?? "")),
                        folder: Array((folders.randomElement(using: &generator) ?? "").utf8),
                        name: try #require(FileName("\(name)-\(number).mp4")),
                        size: .random(in: 0...20, using: &generator), stored: .random(in: 0...20, using: &generator),
                        modified: 0, inode: 0))
            }
        }

        /// A question by chance.
        mutating func question() throws -> FileQuery {
            let user = try #require(FileName(["ann", "bob", "zoë", "nobody"].randomElement(using: &generator) ?? ""))
            let folder = Array((["", "a", "a/b", "none"].randomElement(using: &generator) ?? "").utf8)
            let scopes: [FileQuery.Scope] = [.everything, .user(user), .folder(folder, of: user)]
            var query = FileQuery(scopes.randomElement(using: &generator) ?? .everything)
            query.order = FileQuery.Order.allCases.randomElement(using: &generator) ?? .name
            query.isDescending = .random(using: &generator)
            query.limit = .random(in: 1...50, using: &generator)
            query.text =
                [nil, nil, "", "CLIP-1", "über", "\"q", "本語の", "1", "mp4", "none of them", "a%b"]
                .randomElement(using: &generator) ?? nil
            if Bool.random(using: &generator) { query.stored = 3...(.random(in: 3...20, using: &generator)) }
            if Bool.random(using: &generator) { query.sizes = 5...(.random(in: 5...20, using: &generator)) }
            return query
        }

        /// By looking at each.
        func answer(_ query: FileQuery) -> [String] {
            let text = query.text.map { $0.lowercased() } ?? ""
            let found = files.filter { file in
                let isInScope =
                    switch query.scope {
                    case .everything: true
                    case .user(let user): file.user == user
                    case .folder(let folder, let user): file.user == user && file.folder == folder
                    }
                return isInScope && (text.isEmpty || folded(file.name.bytes).contains(text))
                    && query.stored?.contains(file.stored) != false && query.sizes?.contains(file.size) != false
            }
            let numbers = Dictionary(uniqueKeysWithValues: files.enumerated().map { ($1.name, $0) })
            let ordered = found.sorted { left, right in
                switch query.order {
                case .name: key(left).lexicographicallyPrecedes(key(right)) { $0.lexicographicallyPrecedes($1) }
                case .size: (left.size, numbers[left.name] ?? 0) < (right.size, numbers[right.name] ?? 0)
                case .time: (left.stored, numbers[left.name] ?? 0) < (right.stored, numbers[right.name] ?? 0)
                }
            }
            return (query.isDescending ? ordered.reversed() : ordered).map(\.name.description)
        }

        private func key(_ file: FoundFile) -> [[UInt8]] { [file.user.bytes, file.folder, file.name.bytes] }
    }

    @Test("every order, scope, search and bound, page by page, is answered as by looking at each file")
    func answers() throws {
        var model = try Model()
        let scratch = try ScratchFolder("query")
        var connection = try SQLiteConnection(path: scratch.path("catalogue"))
        _ = try connection.prepare(CatalogueSchema.all)
        var known = KnownFolders()
        for file in model.files { try connection.put(file, &known) }
        for _ in 0..<600 {
            var query = try model.question()
            let expected = model.answer(query)
            var found: [String] = []
            while true {
                let page = try connection.files(query)
                found += page.files.map { FileName($0.path.parts.name)?.description ?? "" }
                guard let next = page.next, found.count <= expected.count else { break }
                let position = try #require(ListPosition(text: next.text))
                query.after = position
            }
            #expect(found == expected, "\(query)")
        }
        withExtendedLifetime(scratch) {}
    }

    @Test(
        "positions in an address are read strictly",
        arguments: ["", "1_2", "1_2_x", "1_2_ABCD", "+1_2_", "1_2_3_4", "01_2_"])
    func positions(_ text: String) {
        #expect(ListPosition(text: text) == nil)
    }
}
