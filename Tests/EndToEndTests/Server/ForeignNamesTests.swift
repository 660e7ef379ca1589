import Domain
import Foundation
import TestSupport
import Testing
import Wire

/// Storages that don't keep every name, by real file systems.
@Suite(
    "A storage that doesn't keep every name",
    .enabled(if: !NTFS.usable.isEmpty, "this needs root, namespaces and ntfs-3g, or lowntfs-3g"))
struct ForeignNamesTests {
    /// Uploads a file for each name, and compares what the confirmations tell with what lies there.
    private func store(_ names: [String], on disk: NTFS) throws -> [String] {
        let site = try Site()
        let mount = try disk.mount(on: site.storage, in: site.scratch)
        let server = try TestServer(site, options: ["--allow-weak-storage"], after: mount)
        // The program behind the mount would live as long as the mount.
        defer { try? unmount(site.storage, in: server) }
        let client = try server.loggedIn()
        var told: [String] = []
        for (number, name) in names.enumerated() {
            let content = sample(10, seed: number)
            guard case .stored(_, let confirmation, _) = try client.upload(content, to: name) else {
                throw Failure("\(name) isn't stored: \(server.log)")
            }
            told.append(confirmation.path.description)
            for asked in [name, confirmation.path.description] { #expect(try client.ask(asked, content) == nil) }
        }
        let listed = try run("cd '\(site.storage)/camera' && find . -type f -printf '%P\\n'", in: server)
        let files = listed.split(separator: "\n").map(String.init).filter { $0 != Site.marker }
        #expect(files.sorted() == told.sorted())
        return told
    }

    private func unmount(_ place: String, in server: TestServer) throws {
        _ = try run("umount -l '\(place)'", in: server)
    }

    private func run(_ command: String, in server: TestServer) throws -> String {
        let ran = try RunningProgram.run(
            "/usr/bin/env", ["nsenter", "-t", "\(server.program.processID)", "-m", "sh", "-c", command])
        guard ran.status == 0 else { throw Failure("\(command): \(ran.error)") }
        return ran.output
    }

    @Test("what Windows doesn't take is spelled, in folders and files, and told so", arguments: NTFS.usable)
    func spelled(_ disk: NTFS) throws {
        let told = try store(["day 1:/07:12?.mp4", "dot.", "dot", "space ", "con.mp4", "a%3Ab"], on: disk)
        let spelled = ["day 1%3A/07%3A12%3F.mp4", "dot%2E", "dot", "space%20", "%63on.mp4", "a%253Ab"]
        #expect(told == (disk == .windows ? spelled : spelled.map { $0.lowercased() }))
    }

    @Test("names that differ in case are stored beside each other, and told as they are listed", arguments: NTFS.usable)
    func cases(_ disk: NTFS) throws {
        let told = try store(["Trip/Clip.MP4", "trip/clip.mp4", "TRIP/CLIP.MP4"], on: disk)
        if disk == .windows {
            #expect(told == ["Trip/Clip.MP4", "trip/clip.mp4", "TRIP/CLIP.MP4"])
        } else {
            #expect(told.allSatisfy { $0.hasPrefix("trip/clip.") })
        }
    }
}

/// NTFS in an image, by a program that keeps some rules of Windows.
enum NTFS: String, CaseIterable {
    case windows = "ntfs-3g -o windows_names,umask=077"
    /// Names that differ in case are one there, and all are listed in small letters.
    case ignoringCase = "lowntfs-3g -o windows_names,ignore_case,umask=077"

    static let usable = NTFS.allCases.filter(\.isUsable)

    /// A command of the shell that mounts it.
    func mount(on place: String, in scratch: ScratchFolder) throws -> String {
        let image = scratch.path("image")
        return "PATH=$PATH:/usr/sbin:/sbin && truncate -s 8M '\(image)' && mkntfs -qF '\(image)' >/dev/null 2>&1"
            + " && \(rawValue) '\(image)' '\(place)'"
    }

    private var isUsable: Bool {
        guard let scratch = try? ScratchFolder("ntfs"), let place = try? scratch.makeFolder("place"),
            let mount = try? mount(on: place, in: scratch)
        else { return false }
        let tried = try? RunningProgram.run(
            "/usr/bin/env", ["unshare", "-mpf", "sh", "-c", "\(mount) && umount '\(place)'"])
        return tried?.status == 0
    }
}
