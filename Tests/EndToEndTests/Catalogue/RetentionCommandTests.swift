import Foundation
import TestSupport
import Testing

/// What would be deleted by itself, told at the console.
@Suite("Clearing, told beforehand")
struct RetentionCommandTests {
    @Test("what is too much of a user is listed, oldest first, and nothing is deleted")
    func dryRun() throws {
        let site = try Site()
        let server = try TestServer(site, options: ["--keep-size", "1G"])
        for (number, name) in ["first", "second"].enumerated() {
            let file = try site.scratch.write(sample(100 + number), to: "file")
            let added = try RunningProgram.run(
                Binaries.server, ["files", "add", file, "--as", name, "-f", site.storage, "--of", Fixtures.user])
            #expect(added.status == 0, "\(added.error)")
        }
        #expect(try eventually { try site.listed().count == 2 })
        let bounds = ["--keep-size", "150", "--keep-at-least", "0"]
        let due = try clear(site, ["--dry-run"] + bounds)
        #expect(due.status == 0 && due.output.hasPrefix("\(Fixtures.user)\tfirst\t100\t"), "\(due)")
        #expect(due.output.hasSuffix("\tsize\n") && due.output.split(separator: "\n").count == 1)
        #expect(try clear(site, ["--dry-run"] + bounds.prefix(2)).output.isEmpty)
        #expect(try clear(site, bounds).status == 64)
        #expect(try clear(site, ["--dry-run"]).status == 64)
        #expect(try site.stored().count == 2)
        withExtendedLifetime(server) {}
    }

    private func clear(_ site: Site, _ options: [String]) throws -> RunningProgram.Outcome {
        try RunningProgram.run(Binaries.server, ["files", "clear", "-f", site.storage] + options)
    }
}
