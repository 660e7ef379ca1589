import Glibc
import Platform
import TestSupport
import Testing

/// A file system in a file, mounted where only the thread of `OwnMounts.run` sees it.
final class DiskImage {
    enum Kind: String, CaseIterable, Sendable {
        case ext4, xfs, btrfs

        /// xfs makes none smaller.
        fileprivate var mebibytes: Int { self == .xfs ? 300 : 128 }
    }

    static let reason: Comment = "this needs root, namespaces, loop devices and the mkfs of ext4, xfs and btrfs"

    let path: String
    private let scratch: ScratchFolder
    private var mounted: String?

    /// Makes an empty one.
    ///
    /// - Parameter options: for its mkfs.
    init(_ kind: Kind, _ options: String...) throws {
        scratch = try ScratchFolder("image")
        path = scratch.path("image")
        try Self.run("truncate", "-s", "\(kind.mebibytes)M", path)
        try Self.run(["mkfs.\(kind.rawValue)", "-q"] + options + [path])
    }

    deinit { try? unmount() }

    func mount(on folder: String, _ options: String = "nodiscard") throws {
        try Self.run("mount", "-o", "loop,\(options)", path, folder)
        mounted = folder
    }

    /// Everything that was written is in the image then.
    func unmount() throws {
        guard let mounted else { return }
        self.mounted = nil
        try Self.run("umount", mounted)
    }

    /// How often the image holds some bytes.
    func count(_ bytes: [UInt8]) throws -> Int {
        let image = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard image >= 0 else { throw SystemError("open", path, errno: Errno(rawValue: errno)) }
        defer { _ = close(image) }
        let size = Int(lseek(image, 0, SEEK_END))
        guard let start = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, image, 0), unsafe start != MAP_FAILED else {
            throw SystemError("mmap", path, errno: Errno(rawValue: errno))
        }
        defer { unsafe munmap(start, size) }
        guard let search = unsafe Self.search else { throw Failed(text: "there is no memmem") }
        var (found, position) = (0, 0)
        while position < size,
            let hit = unsafe search(start + position, size - position, bytes, bytes.count)
        {
            found += 1
            position = unsafe hit - start + bytes.count
        }
        return found
    }

    private typealias Search =
        @convention(c) (UnsafeRawPointer, Int, UnsafeRawPointer, Int) -> UnsafeMutableRawPointer?

    /// memmem(3), which isn't in Glibc's module.
    private static var search: Search? {
        guard let symbol = unsafe dlsym(nil, "memmem") else { return nil }
        return unsafe unsafeBitCast(symbol, to: Search.self)
    }

    /// Bytes that the image takes on its own disk.
    func allocated() throws -> UInt64 { try FileDescriptor.openForReading(path: path).status().allocated }

    /// Whether such can be made and mounted here.
    static let arePossible: Bool =
        OwnMounts.arePossible
        && (try? OwnMounts.run {
            for kind in Kind.allCases {
                let scratch = try ScratchFolder("trial")
                let image = try DiskImage(kind)
                try image.mount(on: scratch.path)
                try image.unmount()
            }
            return true
        }) == true

    static func run(_ words: String...) throws { try run(words) }

    static func run(_ words: [String]) throws {
        let ended = try RunningProgram.run("/usr/bin/env", words)
        guard ended.status == 0 else { throw Failed(text: "\(words.joined(separator: " ")): \(ended.error)") }
    }

    private struct Failed: Error {
        let text: String
    }
}
