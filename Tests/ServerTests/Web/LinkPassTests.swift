import Catalogue
import Domain
import HTTP
import Platform
import Testing
import Transport

@testable import AdminSite

/// What a browser shows once it has given a link's password.
@Suite("Passes of links")
struct LinkPassTests {
    private let passes: LinkPasses
    private let link: Link

    init() throws {
        passes = LinkPasses(key: try KeyedHash())
        var link = Link(try LinkID.random(), .drop, of: [], user: try #require(FileName("alice")), madeBy: "admin")
        link.password = "$argon2id$one"
        self.link = link
    }

    /// Fields with the cookie that was set.
    private func shown(_ pass: FieldValue) throws -> Fields {
        let pair = try #require(pass.text.split(separator: ";").first)
        var fields = Fields()
        fields.append(.cookie, try #require(FieldValue(String(pair))))
        return fields
    }

    @Test("it is good for an hour, for its own link and password, and is to be renewed in the second half of it")
    func life() throws {
        let fields = try shown(passes.pass(for: link, now: 1000))
        #expect(passes.isOpened(link, fields, now: 4599) && !passes.isOpened(link, fields, now: 4600))
        #expect(!passes.isOld(fields, now: 2800) && passes.isOld(fields, now: 2801))
        #expect(passes.isOpened(link, try shown(passes.pass(for: link, now: 2801)), now: 4600))
        var other = Link(try LinkID.random(), .drop, of: [], user: link.user, madeBy: "admin")
        other.password = link.password
        #expect(!passes.isOpened(other, fields, now: 1001))
        other = link
        other.password = "$argon2id$two"
        #expect(!passes.isOpened(other, fields, now: 1001))
        #expect(!LinkPasses(key: try KeyedHash()).isOpened(link, fields, now: 1001))
    }

    @Test(
        "what else is shown is nothing",
        arguments: ["", "4600", "4600-", "-", "4600-00", "9223372036854775807-00", "-9223372036854775808-00", "x-y"])
    func rubbish(_ value: String) throws {
        var fields = Fields()
        fields.append(.cookie, try #require(FieldValue("__Host-auto-upload-link=\(value)")))
        #expect(!passes.isOpened(link, fields, now: 1000))
        _ = passes.isOld(fields, now: 1000)
    }
}
