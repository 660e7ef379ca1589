import Platform
import SQLite
import TestSupport
import Testing

@testable import Catalogue
@testable import Storage

@Suite("The catalogue's log")
struct CatalogueLogTests {
    @Test("is read newest first, page by page, by user, action and time")
    func isRead() throws {
        let catalogue = try TestCatalogue()
        let actions = LogEntry.Action.allCases
        let entries = (0..<300).map { number in
            LogEntry(
                time: Int64(number / 3), user: ["ann", "bob"][number % 2], address: "192.0.2.\(number % 7)",
                actions[number % actions.count], info: "info \(number)")
        }
        catalogue.catalogue.note(entries.map { .logged($0) })
        try catalogue.catalogue.settle()
        for (user, action, times) in [
            (nil, nil, nil), ("ann", nil, nil), (nil, LogEntry.Action.upload, 10...60), ("bob", .logout, nil),
            ("bob", nil, 50...70), (nil, nil, 90...1000), ("none", nil, nil),
        ] as [(String?, LogEntry.Action?, ClosedRange<Int64>?)] {
            var query = LogQuery()
            (query.user, query.action, query.times, query.limit) = (user, action, times, 7)
            var found: [LogEntry] = []
            while true {
                let current = query
                let page = try catalogue.catalogue.read { connection throws(SQLiteError) in try connection.log(current)
                }
                found += page.entries
                guard let next = page.next else { break }
                query.after = next
            }
            let expected = entries.filter {
                (user == nil || $0.user == user) && (action == nil || $0.action == action)
                    && times?.contains($0.time) != false
            }
            #expect(found == expected.reversed())
        }
    }

    @Test("names nobody any more once its lines are old")
    func isAnonymised() throws {
        let now = currentUnixTime()
        let catalogue = try TestCatalogue(anonymisingAfter: 86_400)
        let ages: [Int64] = [100, 86_300, 86_500, 1_000_000]
        for age in ages {
            let line = LogEntry(time: (now - age) * 1000, user: "ann", address: "192.0.2.1", .upload, info: "a")
            catalogue.catalogue.note([.logged(line)])
        }
        try catalogue.catalogue.settle()
        try catalogue.catalogue.change { connection throws(SQLiteError) in
            while try connection.anonymise(before: now - 86_400, atMost: 1) > 0 {}
        }
        let log = try catalogue.log()
        #expect(log.map(\.user) == ["ann", "ann", LogEntry.anonymous, LogEntry.anonymous])
        #expect(log.map(\.address).suffix(2) == [LogEntry.anonymous, LogEntry.anonymous])
        #expect(log.allSatisfy { $0.info == "a" })
    }
}
