import Foundation
import TestSupport
import Testing

/// Files that are deleted, and had back, at the console.
@Suite("The trash from the console")
struct TrashCommandTests {
    private let site: Site
    private let user = Fixtures.user

    init() throws {
        site = try Site()
    }

    private func run(_ words: String...) throws -> RunningProgram.Outcome {
        try RunningProgram.run(Binaries.server, ["files"] + words + ["-f", site.storage, "--of", user])
    }

    /// Columns of the trash's list, but for the time.
    private func trash() throws -> [String] {
        try site.command("files", "trash").output.split(separator: "\n").map {
            $0.split(separator: "\t").prefix(3).joined(separator: " ")
        }
    }

    @Test("files go to the trash and come back, by the server that runs and without one", arguments: [true, false])
    func thereAndBack(_ isRunning: Bool) throws {
        let server = try TestServer(site)
        for (number, name) in ["a/1", "a/2", "3"].enumerated() {
            let file = try site.scratch.write(sample(100 + number), to: "file")
            #expect(try run("add", file, "--as", name).status == 0)
        }
        let before = try site.stored()
        if !isRunning { #expect(try server.stop().status == 0) }
        let deleted = try run("delete", "a/1", "none", "3")
        #expect(deleted.output == "\(user)\ta/1\tdeleted\n\(user)\tnone\tnot-there\n\(user)\t3\tdeleted\n")
        #expect(deleted.status == 66, "\(deleted.error)")
        #expect(try Set(trash()) == ["\(user) a/1 100", "\(user) 3 102"])
        #expect(try eventually { try site.listed().keys.sorted() == ["a/2"] })
        #expect(try run("restore", "a/1", "--json").output.contains("\"was\":\"restored\""))
        #expect(try run("restore", "3").status == 0 && run("restore", "3").status == 66)
        #expect(try site.stored() == before && trash().isEmpty)
        try site.expectListed(except: ["a/1", "3"])
        #expect(try run("delete", "--now", "a/2").output == "\(user)\ta/2\tremoved\n")
        #expect(try trash().isEmpty && site.stored().count == 2)
        let isLogged = try eventually {
            let log = try site.command("log", "list", "--action", "delete").output
            return log.split(separator: "\n").count == 3 && log.contains("\tterminal\t-\tdelete\t\(user)/a/2\n")
        }
        #expect(isLogged)
        if isRunning { _ = try server.logLine(with: " deleted ", "path=a/2", "trash=no") }
    }

    @Test(
        "a folder goes to the trash with all that is below it, and comes back, by the server that runs and without one",
        arguments: [true, false])
    func folders(_ isRunning: Bool) throws {
        let server = try TestServer(site)
        for (number, name) in ["a/1", "a/b/2", "ab/3"].enumerated() {
            let file = try site.scratch.write(sample(100 + number), to: "file")
            #expect(try run("add", file, "--as", name).status == 0)
        }
        let before = try site.stored()
        if !isRunning { #expect(try server.stop().status == 0) }
        #expect(try run("delete", "a/b", "c").output == "\(user)\ta/b\tdeleted\n\(user)\tc\tnot-there\n")
        #expect(try run("delete", "a").status == 0)
        #expect(try site.stored().keys.filter { !$0.hasPrefix(".auto-upload/") } == ["ab/3"])
        #expect(try Set(trash()) == ["\(user) a/1 100", "\(user) a/b/2 101"])
        #expect(try eventually { try site.listed().keys.sorted() == ["ab/3"] })
        #expect(
            try run("restore", "a").status == 0 && run("restore", "a").status == 0 && run("restore", "a").status == 66)
        #expect(try site.stored() == before && trash().isEmpty)
        try site.expectListed(except: ["a/1", "a/b/2"])
        #expect(try run("delete", "--now", "a").output == "\(user)\ta\tremoved\n")
        #expect(try trash().isEmpty && site.stored().keys.sorted() == ["ab/3"])
        if isRunning { #expect(try server.stop().status == 0) }
    }

    @Test(
        "what no path can be is refused before anything is done", arguments: ["../x", "/x", ".auto-upload/trash", ""])
    func refusals(_ path: String) throws {
        let server = try TestServer(site)
        #expect(try run("add", site.scratch.write("a", to: "a")).status == 0)
        #expect(try run("delete", "a", path).status == 65)
        #expect(try run("delete").status == 64)
        #expect(try site.stored().keys.sorted() == ["a"])
        #expect(try server.stop().status == 0)
    }
}
