import Foundation
import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

@Suite("Empty folders")
struct EmptyFolderTests {
    private let rig: ClientRig
    private let server: FakeServer
    private let context: PassContext

    init() throws {
        rig = try ClientRig(deletes: true)
        server = try FakeServer()
        var context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        context.setup.removesEmptyFolders = true
        self.context = context
    }

    private func makeFolder(_ name: String, age: TimeInterval) throws {
        try rig.scratch.makeFolder("recordings/" + name)
        try grow(name, by: age)
    }

    private func grow(_ name: String, by age: TimeInterval) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: rig.scratch.path("recordings/" + name))
    }

    private func isThere(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: rig.scratch.path("recordings/" + name))
    }

    @Test("one that hasn't changed for an hour, nor from one look to the next, goes; its parent is a later look's")
    func removes() throws {
        try makeFolder("day/trip", age: 7200)
        try grow("day", by: 7200)
        _ = try rig.pass(context)
        #expect(isThere("day/trip"))
        _ = try rig.pass(context)
        #expect(!isThere("day/trip") && isThere("day"))
        try grow("day", by: 7200)
        _ = try rig.pass(context)
        _ = try rig.pass(context)
        #expect(!isThere("day"))
        #expect(FileManager.default.fileExists(atPath: rig.scratch.path("recordings")))
        #expect(rig.log.contains { $0.hasPrefix("folder-removed path=day/trip") })
    }

    @Test("one that is new, or has anything in it, stays: also what is never sent")
    func stays() throws {
        try makeFolder("new", age: 60)
        try makeFolder("ahead", age: -7200)
        try makeFolder("full", age: 7200)
        try rig.write("x", to: "full/._x")
        try grow("full", by: 7200)
        try makeFolder("lost+found", age: 7200)
        for _ in 0..<3 { _ = try rig.pass(context) }
        for name in ["new", "ahead", "full", "lost+found"] { #expect(isThere(name), "\(name)") }
    }

    @Test("none is removed unless that is wished")
    func unasked() throws {
        try makeFolder("day", age: 7200)
        let context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        for _ in 0..<3 { _ = try rig.pass(context) }
        #expect(isThere("day"))
    }
}
