import Glibc
import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

/// A file that somebody holds by a write lease, as Samba does by its kernel oplocks.
@Suite("A file under a lease")
struct HeldFileTests {
    private func lease(_ name: String, in folder: WatchedFolder) throws -> FileDescriptor {
        let path = try LocalPath.of(name)
        // A child of another test may have it open for an instant; with the lease that was given back before, too.
        for _ in 0..<30_000 {
            do throws(SystemError) {
                _ = try folder.open(path, .readingAndWriting)
                break
            } catch {
                guard error.errno == .tryAgain else { throw error }
            }
            usleep(1000)
        }
        let file = try folder.open(path, .readingAndWriting)
        for _ in 0..<30_000 where file.takeWriteLease() != .none { usleep(1000) }
        return file
    }

    @Test("counts as open for writing, and isn't opened again at each pass")
    func isLeftAlone() throws {
        let rig = try ClientRig(deletes: true)
        let server = try FakeServer()
        try rig.write("one", to: "one")
        let folder = try WatchedFolder(path: rig.scratch.path("recordings"))
        let context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        do {
            let holder = try lease("one", in: folder)
            #expect(try rig.pass(context).remaining == 1)
            let isAsked = !holder.holdsWriteLease()
            #expect(isAsked)
            try holder.close()
        }
        let holder = try lease("one", in: folder)
        for _ in 0..<3 { #expect(try rig.pass(context).remaining == 1) }
        let isLeftAlone = holder.holdsWriteLease()
        #expect(isLeftAlone)
        #expect(rig.log.filter { $0.hasPrefix("waiting path=one reason=\"it is open for writing\"") }.count == 1)
        #expect(server.offers.isEmpty)
    }
}
