import Foundation
import TestSupport
import Testing

/// A watched folder that is seen through FUSE, as cards and network folders may be: no lease tells there who else has a file,
/// and none of these programs can rename without replacing.
@Suite(
    "A watched folder that is seen through FUSE",
    .enabled(if: !View.usable.isEmpty, "this needs root, namespaces, and one of bindfs, sshfs and ntfs-3g"))
struct ForeignFolderTests {
    private let server: TestServer
    private let client: TestClient

    init() throws {
        server = try TestServer()
        client = try TestClient(server)
    }

    /// Makes a pass over a view of another folder, which is there for that long; what lies in the folder then is told as output.
    private func pass(over view: View, _ options: String..., of folder: String? = nil) throws -> RunningProgram.Outcome
    {
        let behind = try folder ?? client.scratch.makeFolder("behind")
        let mount = try view.mount(behind, on: client.card, in: client.scratch)
        let (card, seeded) = (client.card, client.scratch.path("seeded"))
        // By one name, as the folder behind may show its own.
        let seed =
            folder == nil
            ? "{ test -e '\(seeded)' || printf 'a recording' >'\(card)/clip.mp4'; touch '\(seeded)'; }" : "true"
        let end = #"{ "$0" "$@"; status=$?; ls -A '\#(card)'; umount '\#(card)'; exit $status; }"#
        return try RunningProgram.run(
            "/usr/bin/env",
            ["unshare", "-mpf", "sh", "-c", "\(mount) && \(seed) && \(end)", Binaries.client]
                + client.arguments(["--once"] + options), environment: client.environment)
    }

    @Test("what was uploaded stays, and a person is told so at the start and of each file", arguments: View.usable)
    func keeps(_ view: View) throws {
        let ended = try pass(over: view, "-d", "y")
        #expect(ended.status == 75, "\(ended.error)")
        #expect(ended.error.contains(" can't-wipe reason=\"on this file system (fuse)"), "\(ended.error)")
        #expect(ended.error.contains(" confirmed path=clip.mp4 "), "\(ended.error)")
        #expect(
            ended.error.contains(" kept path=clip.mp4 reason=\"it can't be told whether somebody still has it open on ")
        )
        #expect(!ended.error.contains("CAP_LEASE"), "\(ended.error)")
        #expect(ended.output == "clip.mp4\n")
    }

    @Test(
        "what was uploaded is wiped where a person says so, after the server was asked once more",
        arguments: View.usable)
    func wipes(_ view: View) throws {
        let ended = try pass(over: view, "-d", "y", "--wipe-unknown")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(ended.error.contains(" wiped path=clip.mp4"), "\(ended.error)")
        #expect(try server.site.stored().keys.sorted() == ["clip.mp4"])
        #expect(ended.output.isEmpty)
        // Once for the file, once before the wipe; the first is no query here, as it was new.
        #expect(try eventually { server.logLines.count { $0.contains(" present ") } == 1 }, "\(server.log)")
    }

    /// Neither marker nor file tag tells: the file has another number there.
    @Test(
        "a view of a folder within the server's storage never costs the only copy",
        arguments: View.usable.filter { $0 != .ntfs })
    func servesItself(_ view: View) throws {
        try client.record(Array("a recording".utf8), as: "trip/clip.mp4")
        #expect(try client.pass().status == 0)
        try FileManager.default.removeItem(atPath: client.card + "/trip")
        let before = try server.site.stored()
        let folder = server.site.storage + "/camera/trip"
        let ended = try pass(over: view, "-d", "y", "--wipe-unknown", "--prefix", "trip", of: folder)
        #expect(ended.error.contains(" kept path=clip.mp4 "), "\(ended.error)")
        #expect(ended.error.contains("seems to show the server's own storage"), "\(ended.error)")
        let after = try server.site.stored()
        #expect(after == before, "\(after)\n\(ended.error)\n\(server.log)")
    }
}

/// A program that shows a folder through FUSE.
enum View: String, CaseIterable {
    case bindfs, sshfs
    /// Shows what lies in an image of its own.
    case ntfs = "ntfs-3g"

    /// Those that this machine has, and may use.
    static let usable = View.allCases.filter(\.isUsable)

    /// A command of the shell that shows what is in a folder on another one, which is empty.
    func mount(_ folder: String, on place: String, in scratch: ScratchFolder) throws -> String {
        switch self {
        case .bindfs: return "bindfs -o attr_timeout=0,entry_timeout=0 '\(folder)' '\(place)'"
        case .sshfs:
            // In the place of ssh: the server's end of it, here.
            try scratch.write("#!/bin/sh\nexec /usr/lib/openssh/sftp-server\n", to: "ssh")
            let ssh = scratch.path("ssh")
            return "chmod +x '\(ssh)' && sshfs -o ssh_command='\(ssh)',dcache_timeout=0 'here:\(folder)' '\(place)'"
        case .ntfs:
            let image = folder + "/image"
            return "PATH=$PATH:/usr/sbin:/sbin && { test -e '\(image)' || { truncate -s 8M '\(image)'"
                + " && mkntfs -qF '\(image)' >/dev/null 2>&1; }; } && ntfs-3g '\(image)' '\(place)'"
        }
    }

    private var isUsable: Bool {
        guard let scratch = try? ScratchFolder("view"), let behind = try? scratch.makeFolder("behind"),
            let place = try? scratch.makeFolder("place"), let mount = try? mount(behind, on: place, in: scratch)
        else { return false }
        let tried = try? RunningProgram.run(
            "/usr/bin/env", ["unshare", "-mpf", "sh", "-c", "\(mount) && umount '\(place)'"])
        return tried?.status == 0
    }
}
