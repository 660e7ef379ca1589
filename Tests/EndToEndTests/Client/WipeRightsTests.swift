import TestSupport
import Testing

/// What was confirmed is to be wiped, but this user can't.
@Suite("Files that nobody lets us wipe", .enabled(if: Namespaces.areAvailable("-m"), Namespaces.reason))
struct WipeRightsTests {
    @Test("on a card that may only be read they remain, with what to do, and no server reads them again and again")
    func readOnlyCard() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        for number in 0..<3 { try client.record(sample(100, seed: number), as: "\(number)") }
        let mount = "mount --bind '\(client.card)' '\(client.card)' && mount -o remount,ro,bind '\(client.card)'"
        for pass in 1...2 {
            let ended = try client.pass(unsharing: "-m", after: mount, "-d", "y")
            #expect(ended.status == 75, "\(ended.error)")
            #expect(ended.error.contains(" can't-wipe files=3 reason=\".: Read-only file system\""), "\(ended.error)")
            #expect(ended.error.contains("run with -d n"))
            #expect(ended.error.contains(" connected ") == (pass == 1), "\(ended.error)")
        }
        #expect(try server.site.stored().count == 3)
        #expect(try client.pass("-d", "y").status == 0)
        #expect(try client.isEmpty())
    }

    @Test("a single pass says how long it waits for files to settle")
    func settling() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(10), as: "clip.mp4")
        let ended = try client.pass("--settle", "2")
        #expect(ended.status == 0)
        #expect(ended.error.contains(" waiting-for-files files=1 seconds=2 "), "\(ended.error)")
    }
}
