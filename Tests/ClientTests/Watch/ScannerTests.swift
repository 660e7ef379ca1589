import Foundation
import Glibc
import Platform
import Testing

@testable import AutoUploadClient

@Suite("Scanning")
struct ScannerTests {
    private let recordings: RecordingsFolder

    init() throws {
        recordings = try RecordingsFolder()
    }

    @Test(
        "takes names of any bytes",
        arguments: [
            Array("plain.mp4".utf8), Array("with space and 'quotes\"".utf8), Array("new\nline".utf8),
            [0xff, 0xfe, 0x80], Array("-rf".utf8), Array("...".utf8), Array(".hidden".utf8), [0x1b, 0x5b, 0x32, 0x4a],
            Array(repeating: 0x61, count: 255), Array("日本.mp4".utf8), Array(".auto-uploa".utf8),
        ])
    func takesNames(_ bytes: [UInt8]) throws {
        let name = try #require(FileName(bytes))
        let folder = try #require(FileName([0xc0, 0x20]))
        let written = try recordings.write([1, 2, 3], to: LocalPath(folders: [folder, name], name: name))
        let scan = recordings.scan()
        #expect(scan.files == [written])
        #expect(scan.problems.isEmpty)
        #expect(scan.files.first.flatMap { LocalPath(bytes: $0.path.bytes) } == written.path)
    }

    @Test("the oldest modification comes first, then the path")
    func sorts() throws {
        for (name, modified) in [("b", 200), ("c", 100), ("a/z", 200), ("d", -5), ("a!", 200)] {
            try recordings.write("x", to: name)
            try recordings.watched.open(.of(name), .readingAndWriting)
                .setModified(FileTime(seconds: Int64(modified), nanoseconds: 5))
        }
        #expect(recordings.scan().files.map(\.path.description) == ["d", "c", "a/z", "a!", "b"])
    }

    @Test("follows no link and takes nothing but regular files")
    func takesRegularFilesOnly() throws {
        try recordings.write("real", to: "folder/real")
        try recordings.link("link", to: "folder/real")
        try recordings.link("folderlink", to: "folder")
        try recordings.link("out", to: "/etc")
        try recordings.link("loop", to: ".")
        try recordings.link("dangling", to: "nowhere")
        try #require(unsafe mkfifo(recordings.path("pipe"), 0o600) == 0)
        let scan = recordings.scan()
        #expect(scan.files.map(\.path.description) == ["folder/real"])
        #expect(scan.problems.isEmpty)
    }

    @Test("counts what it leaves out, and what a person wants to be left out")
    func countsLeftOut() throws {
        #expect(recordings.scan().leftOut.isNothing)
        for name in [
            "._clip.mp4", ".DS_Store", ".Trashes/x", "lost+found/y", "clip.mp4", "clip.THM", "proxy/a", "proxy/b",
        ] {
            try recordings.write("x", to: name)
        }
        try recordings.link("link", to: "clip.mp4")
        try #require(unsafe mkfifo(recordings.path("pipe"), 0o600) == 0)
        let ignored = ["*.thm", "proxy/", "clip.mp4/", "prox*"].compactMap(NamePattern.init)
        let scan = Scanner(folder: recordings.watched, selection: FileSelection(ignored: ignored)).scan()
        #expect(scan.files.map(\.path.description) == ["clip.mp4"])
        #expect(scan.leftOut == LeftOut(files: 2, folders: 2, links: 1, special: 1, ignored: 2))
    }

    @Test("tells how many names a file has")
    func countsLinks() throws {
        try recordings.write("x", to: "one")
        try recordings.hardLink("one", as: "two")
        #expect(recordings.scan().files.map(\.links) == [2, 2])
    }

    @Test(
        "leaves out what no one recorded",
        arguments: [
            "System Volume Information/a", "$RECYCLE.BIN/a", "$Recycle.Bin/S-1/a", ".Trash-1000/files/a",
            ".Trashes/501/a",
            "lost+found/#123", "._clip.mp4", ".fuse_hidden0000000300000001", ".DS_Store", "sub/._clip.mp4",
            "sub/.Trash-0/a", ".auto-upload/partial",
            ".auto-upload-anything", ".AUTO-UPLOAD-X/a", "sub/.Auto-Upload.tmp", ".auto-upload-state-00/state.sqlite",
        ])
    func leavesOut(_ path: String) throws {
        try recordings.write("x", to: path)
        try recordings.write("x", to: "sub/clip.mp4")
        #expect(recordings.scan().files.map(\.path.description) == ["sub/clip.mp4"])
    }

    @Test(
        "takes what only looks like that",
        arguments: [
            "System Volume Information.mp4", "lost+found2/a", "Trash-1000/a", ".Trash", ".Trashes.mp4", "a._b",
            "x.auto-upload", "._folder/a", ".DS_Store/a", "lost+found",
        ])
    func takesLookalikes(_ path: String) throws {
        try recordings.write("x", to: path)
        #expect(recordings.scan().files.map(\.path.description) == [path])
    }

    @Test("reports files that are being wiped, and nothing else that is called so")
    func reportsWipes() throws {
        let id = "00112233445566778899aabbccddeeff"
        try recordings.write("x", to: "sub/.auto-upload-wiping-\(id)")
        try recordings.write("x", to: ".AUTO-UPLOAD-WIPING-short")
        try recordings.write("x", to: ".auto-upload-wiping-folder/a")
        try recordings.link(".auto-upload-wiping-link", to: "sub/.auto-upload-wiping-\(id)")
        let scan = recordings.scan()
        #expect(scan.files.isEmpty)
        #expect(
            scan.interruptedWipes.map(\.description) == [
                ".AUTO-UPLOAD-WIPING-short", "sub/.auto-upload-wiping-\(id)",
            ])
    }

    @Test("reports a store's marker wherever it is and whatever it is")
    func reportsMarkers() throws {
        try recordings.write("", to: "a/b/.auto-upload-store")
        try recordings.write("", to: "c/.Auto-Upload-Store/d")
        try recordings.write("", to: ".auto-upload-store2")
        try recordings.link(".auto-upload-store", to: "nowhere")
        let scan = recordings.scan()
        #expect(
            scan.storeMarkers.map(\.description) == [
                ".auto-upload-store", "a/b/.auto-upload-store", "c/.Auto-Upload-Store",
            ])
        #expect(scan.files.isEmpty)
    }

    @Test("goes no deeper than a path on the server can, and says so")
    func boundsDepth() throws {
        let names = try (1...65).map { try #require(FileName("\($0)")) }
        let deepest = LocalPath(folders: Array(names.prefix(63)), name: names[63])
        try recordings.write([1], to: deepest.sibling(named: try #require(FileName("file"))))
        try recordings.write([1], to: LocalPath(folders: Array(names.prefix(64)), name: names[64]))
        let scan = recordings.scan()
        #expect(scan.files.map(\.path.folders.count) == [63])
        #expect(scan.problems.map(\.path) == [deepest.description])
        #expect(scan.problems.map(\.error.errno) == [.nameTooLong])
    }

    @Test("a folder without files gives an empty scan")
    func scansNothing() {
        let scan = recordings.scan()
        #expect(scan.files.isEmpty && scan.problems.isEmpty && scan.interruptedWipes.isEmpty)
        #expect(scan.began <= scan.ended)
    }

    @Test("folders that can't be read are reported, and the rest is scanned", .enabled(if: !ProcessLimits.isRoot))
    func reportsUnreadable() throws {
        try recordings.write("x", to: "closed/a")
        try recordings.write("x", to: "open/b")
        try recordings.setPermissions(0, of: "closed")
        defer { try? recordings.setPermissions(0o700, of: "closed") }
        let scan = recordings.scan()
        #expect(scan.files.map(\.path.description) == ["open/b"])
        #expect(scan.problems.map(\.path) == ["closed"])
    }

    @Test("a folder that is gone, or another now, is a problem, not an empty folder", arguments: [false, true])
    func reportsVanishedRoot(_ isReplaced: Bool) throws {
        let path = recordings.watched.path
        try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
        if isReplaced { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
        let scan = recordings.scan()
        #expect(scan.files.isEmpty)
        #expect(scan.problems.map(\.path) == ["."])
    }
}
