import TestSupport
import Testing

@testable import Platform

@Suite struct LandlockTests {
    @Test("beneath a folder that may be changed all can be made that a storage consists of; beside it nothing")
    func changing() throws {
        let scratch = try ScratchFolder("landlock")
        for name in ["in", "out"] { try scratch.makeFolder(name) }
        let inside = try Directory.open(path: scratch.path("in"))
        let outside = try Directory.open(path: scratch.path("out"))
        let path = scratch.path("in")
        // It counts for the thread that asks for it, which ends with this.
        let made = try inParallel(1) { _ -> [[String]] in
            var rules = Landlock()
            rules.allow(.changing, beneath: path)
            guard (try? ProcessLimits.forbidNewPrivileges()) != nil, case .confined? = try? rules.confine() else {
                return []
            }
            return [Self.make(in: inside), Self.make(in: outside)]
        }
        let all = try #require(made.first)
        // A kernel without Landlock: the server says so at its start.
        if all.isEmpty { return }
        #expect(all == [["file", "folder", "link"], []])
    }

    /// - Returns: what could be made.
    private static func make(in folder: Directory) -> [String] {
        var made: [String] = []
        if (try? folder.open(FileName(constant: "file"), .creating(permissions: 0o600))) != nil { made.append("file") }
        if (try? folder.makeFolder(FileName(constant: "folder"), permissions: 0o700)) != nil { made.append("folder") }
        if (try? folder.makeLink(FileName(constant: "link"), to: Array("file".utf8))) != nil { made.append("link") }
        return made
    }
}
