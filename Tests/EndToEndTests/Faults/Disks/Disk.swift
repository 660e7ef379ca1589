import Foundation
import Platform
import TestSupport
import Testing

/// A small disk with ext4: a file, mounted through a loop device in a mount namespace of its own, which goes with it.
final class Disk: Sendable {
    static let reason: Comment = "this needs root, namespaces (unshare, nsenter), loop devices and mkfs.ext4"

    /// Where it is mounted: the same place for each disk of a test, in another namespace.
    let path: String
    private let scratch: ScratchFolder
    private let image: String
    private let holder: RunningProgram

    /// Makes an empty disk.
    ///
    /// - Parameters:
    ///   - memory: MiB that there really are; what goes beyond is lost when it is written back.
    ///   - options: further ones for mkfs.ext4.
    convenience init(mebibytes: Int, onMemory memory: Int? = nil, options: String = "") throws {
        let scratch = try ScratchFolder("disk")
        let backing = try scratch.makeFolder("backing")
        let image = backing + "/image"
        // Little room is taken for the file system itself, and none kept for root.
        let script = """
            \(memory.map { "mount -t tmpfs -o size=\($0)m tmpfs '\(backing)' &&" } ?? "")
            truncate -s \(mebibytes)M '\(image)' && mkfs.ext4 -q -F -m 0 -N 1024 -E nodiscard \(options) '\(image)'
            """
        try self.init(scratch, image: image, at: try scratch.makeFolder("mounted"), after: script)
    }

    private init(_ scratch: ScratchFolder, image: String, at path: String, after commands: String) throws {
        (self.scratch, self.image, self.path) = (scratch, image, path)
        // It lasts as long as its input is open: not longer than the tests, even if they are killed.
        let script = commands + #" && mount -o loop "$0" "$1" && echo ready && exec cat"#
        holder = try RunningProgram(
            "/usr/bin/env", ["unshare", "-m", "sh", "-c", script, image, path], standardInput: nil)
        guard holder.waitForLine(.output, containing: "ready") != nil else {
            throw Failure("no disk: \(holder.text(.error))")
        }
    }

    deinit {
        holder.signal(SIGKILL)
    }

    /// What a power cut at this moment would leave: what the file system has handed to the device so far, mounted where this
    /// one is.
    func afterPowerCut() throws -> Disk {
        let copy = scratch.path("image-\(UUID().uuidString)")
        return try Disk(scratch, image: copy, at: path, after: "cp --sparse=always '\(image)' '\(copy)'")
    }

    /// Lets the file system go, and mounts it again. No program may be using it any more.
    ///
    /// - Parameter commands: of the shell, to be run before on the image, which is `$0`.
    func mountedAnew(after commands: String = "true") throws -> Disk {
        try Self.run(entering + ["umount", path])
        let copy = scratch.path("image-\(UUID().uuidString)")
        try Self.run(entering + ["cp", "--sparse=always", image, copy])
        return try Disk(scratch, image: copy, at: path, after: commands)
    }

    /// The same place, as seen from outside of the namespace.
    func outside(_ name: String = "") -> String { "/proc/\(holder.processID)/root\(path)/\(name)" }

    /// What, before a program and its arguments, makes it see the disk.
    var entering: [String] { ["nsenter", "-t", "\(holder.processID)", "-m"] }

    static let isAvailable: Bool = {
        guard ProcessLimits.isRoot, let disk = try? Disk(mebibytes: 8) else { return false }
        return (try? run(disk.entering + ["true"])) != nil
    }()

    private static func run(_ words: [String]) throws {
        let ended = try RunningProgram.run("/usr/bin/env", words)
        guard ended.status == 0 else { throw Failure("\(words[0]): \(ended.error)") }
    }
}
