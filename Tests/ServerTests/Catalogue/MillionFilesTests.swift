import Domain
import Foundation
import Platform
import SQLite
import TestSupport
import Testing

@testable import Catalogue
@testable import Storage

private enum Measuring {
    static let isAsked = ProcessInfo.processInfo.environment["AUTO_UPLOAD_SOAK"] == "catalogue"
}

/// How long questions take of an index of a million files: `make catalogue` says it. What is asserted is only what they answer.
@Suite("A million files", .enabled(if: Measuring.isAsked, "scripts/soak catalogue asks for it"), .serialized)
struct MillionFilesTests {
    private static let files = 1_000_000
    private static let users = 200

    @Test("are indexed, listed, searched and paged")
    func measures() throws {
        let scratch = try ScratchFolder("million")
        try scratch.makeFolder(".auto-upload")
        let place = try CataloguePlace(folder: scratch.path)
        var store = try CatalogueStore.open(place)
        try fill(&store)
        let room = (try FileManager.default.attributesOfItem(atPath: place.path)[.size] as? UInt64) ?? 0
        print("file: \(room / 1_000_000) MB")
        var console = try CatalogueConsole.open(at: place)
        try console.connection.setUpMemory(kilobytes: 2048)
        for (name, query) in try questions() { try measure(name, query, &console.connection) }
        let seconds = try time { _ = try console.connection.totals() }
        print("totals of \(Self.users) users: \(Self.shown(seconds))")
        withExtendedLifetime(scratch) {}
    }

    /// Half of them in one folder of one user's, the rest by day in those of the others.
    private func fill(_ store: inout CatalogueStore) throws {
        var generator = SeededGenerator(seed: 1)
        let begun = Instant.now
        for start in stride(from: 0, to: Self.files, by: 1000) {
            let batch = try (start..<(start + 1000)).map { number in try file(number, &generator) }
            try store.change { connection, known throws(SQLiteError) in
                for file in batch { try connection.put(file, &known) }
            }
        }
        let each = Instant.now.seconds(since: begun) / Double(Self.files)
        print("added: \(Int(each * 1e6)) µs each")
        let again = Instant.now
        var number = 0
        var same = SeededGenerator(seed: 1)
        let batch = try (0..<10_000).map { number in try file(number, &same) }
        try store.change { connection, known throws(SQLiteError) in
            for file in batch { number += try connection.put(file, &known) > 0 ? 1 : 0 }
        }
        print("compared again: \(Int(Instant.now.seconds(since: again) / Double(number) * 1e6)) µs each")
    }

    private func file(_ number: Int, _ generator: inout SeededGenerator) throws -> FoundFile {
        let time = 1_700_000_000 + Int64(number) * 20
        let text = utcText(time)
        let isFirst = number.isMultiple(of: 2)
        let user = isFirst ? 0 : Int.random(in: 1..<Self.users, using: &generator)
        return FoundFile(
            user: try #require(FileName("camera-\(user)")),
            folder: isFirst ? [] : Array("clips/\(text.prefix(10))".utf8),
            name: try #require(
                FileName("clip-\(text.filter(\.isNumber))-\(Int.random(in: 1000...9999, using: &generator)).mp4")),
            size: .random(in: 1000...50_000_000, using: &generator), stored: time, modified: time * 1_000_000_000,
            inode: UInt64(number) + 1, digest: ContentDigest([UInt8](repeating: UInt8(number & 0xFF), count: 32)))
    }

    private func questions() throws -> [(String, FileQuery)] {
        let (first, other) = (try #require(FileName("camera-0")), try #require(FileName("camera-7")))
        func query(_ scope: FileQuery.Scope, _ order: FileQuery.Order, _ change: (inout FileQuery) -> Void = { _ in })
            -> FileQuery
        {
            var query = FileQuery(scope)
            (query.order, query.isDescending, query.limit) = (order, true, 50)
            change(&query)
            return query
        }
        return [
            ("newest of all", query(.everything, .time)), ("largest of all", query(.everything, .size)),
            ("all by name", query(.everything, .name)), ("newest of a user", query(.user(other), .time)),
            ("a folder of 500,000 by name", query(.folder([], of: first), .name)),
            ("a folder of 500,000 by size", query(.folder([], of: first), .size)),
            ("search: one file", query(.everything, .time) { $0.text = "20240301123440" }),
            ("search: a day", query(.everything, .size) { $0.text = "CLIP-20240301" }),
            ("search: some in a hundred", query(.everything, .size) { $0.text = "120-1" }),
            ("search: everything", query(.everything, .name) { $0.text = "mp4" }),
            ("search: nothing", query(.everything, .time) { $0.text = "clip-20270" }),
            ("search: two characters", query(.everything, .size) { $0.text = "99" }),
            ("search in a user", query(.user(other), .size) { $0.text = "0301" }),
            ("a day by size", query(.everything, .size) { $0.stored = 1_709_251_200...1_709_337_599 }),
            ("a quarter by size", query(.user(first), .size) { $0.stored = 1_709_251_200...1_717_200_000 }),
            (
                "a day, larger than 10 MB, searched",
                query(.everything, .name) {
                    ($0.stored, $0.sizes, $0.text) = (1_709_251_200...1_709_337_599, 10_000_000...UInt64.max, "-2")
                }
            ),
        ]
    }

    /// The first page, and one in the midst.
    private func measure(_ name: String, _ query: FileQuery, _ connection: inout SQLiteConnection) throws {
        var (query, times) = (query, [Double]())
        for _ in 0..<10 {
            var page = FilePage()
            times.append(try time { page = try connection.files(query) })
            guard let next = page.next else { break }
            query.after = next
        }
        let worst = times.max() ?? 0
        print(
            "\(name): \(Self.shown(times.sorted()[times.count / 2])), slowest of \(times.count) pages \(Self.shown(worst))"
        )
    }

    private func time(_ body: () throws -> Void) rethrows -> Double {
        let begun = Instant.now
        try body()
        return Instant.now.seconds(since: begun)
    }

    private static func shown(_ seconds: Double) -> String { "\(Double(Int(seconds * 10_000)) / 10) ms" }
}
