import Foundation
import TestSupport
import Testing
import Wire

/// A storage folder on a real overlayfs.
@Suite("Storage on an overlayfs", .enabled(if: Overlay.isAvailable, "this needs root, namespaces and overlayfs"))
struct OverlayStorageTests {
    @Test("one whose upper layer is on a disk is taken, and stores")
    func disk() throws {
        let overlay = try Overlay()
        let server = try TestServer(overlay.site, after: overlay.mounting())
        guard case .stored = try server.loggedIn().upload(sample(100_000), to: "clip") else {
            throw Failure("not stored")
        }
        #expect(FileManager.default.fileExists(atPath: overlay.layers + "/upper/\(Fixtures.user)/clip"))
        #expect(try server.stop().status == 0)
    }

    @Test(
        "one whose upper layer is in memory, seen or not, or that is mounted volatile, is refused unless the admin says so",
        arguments: ["memory", "hidden memory", "volatile"])
    func weak(_ kind: String) throws {
        let overlay = try Overlay()
        let mounting = overlay.mounting(kind)
        do {
            _ = try TestServer(overlay.site, after: mounting)
            throw Failure("it started")
        } catch let error as TestServer.DidNotStart {
            #expect(error.outcome.status == 78)
            let said = error.outcome.error
            #expect(said.contains("overlayfs") && said.contains("--allow-weak-storage"), "\(said)")
            if kind == "memory" { #expect(said.contains("(tmpfs)"), "\(said)") }
        }
        let server = try TestServer(overlay.site, options: ["--allow-weak-storage"], after: mounting)
        #expect(server.log.contains("may be lost with the power"), "\(server.log)")
        #expect(try server.stop().status == 0)
    }
}

private struct Overlay {
    let site: Site
    let layers: String

    init() throws {
        site = try Site()
        layers = try site.scratch.makeFolder("layers")
    }

    /// Commands that mount it, with a new working folder: one that was mounted volatile is not to be mounted again.
    func mounting(_ kind: String = "disk") -> String {
        let memory = kind.contains("memory") ? "mount -t tmpfs tmpfs '\(layers)' &&" : ""
        let hidden = kind.contains("hidden") ? "&& umount -l '\(layers)'" : ""
        let options = kind == "volatile" ? ",volatile" : ""
        return """
            \(memory) rm -rf '\(layers)/work' && mkdir -p '\(layers)/lower' '\(layers)/upper' '\(layers)/work' && mount -t overlay overlay -o \
            'lowerdir=\(layers)/lower,upperdir=\(layers)/upper,workdir=\(layers)/work\(options)' '\(site.storage)' \(hidden)
            """
    }

    static let isAvailable: Bool = {
        guard let overlay = try? Overlay() else { return false }
        let tried = try? RunningProgram.run(
            "/usr/bin/env", ["unshare", "-m", "sh", "-c", overlay.mounting("volatile")])
        return tried?.status == 0
    }()
}
