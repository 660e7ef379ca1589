import Foundation
import Platform
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

/// A watched folder and a place for state, which go when the value does.
final class RecordingsFolder: Sendable {
    private let scratch: ScratchFolder
    let watched: WatchedFolder

    /// - Parameter mount: is given the watched folder's path, before that is opened.
    init(mounting mount: (String) throws -> Void = { _ in }) throws {
        // A lease that is tried while a test opens the file sends SIGIO, as it does to the client.
        Signals.ignoreNuisances()
        scratch = try ScratchFolder("client")
        let path = try scratch.makeFolder("recordings")
        try mount(path)
        watched = try WatchedFolder(path: path)
    }

    var base: String { scratch.path }
    var statePath: String { base + "/state" }

    func openState() throws -> ClientState { try ClientState.open(folder: statePath) }

    func scan() -> Scan { Scanner(folder: watched).scan() }
}

extension LocalPath {
    /// A path from text that a test knows to be one.
    static func of(_ text: String) throws -> LocalPath {
        try #require(LocalPath(bytes: Array(text.utf8)))
    }
}

// MARK: - Files

extension RecordingsFolder {
    /// The folder that a path leads into, made if it isn't there.
    func makeDirectory(of path: LocalPath) throws -> Directory {
        var directory = watched.root
        for name in path.folders {
            try? directory.makeFolder(name, permissions: 0o700)
            directory = try directory.openFolder(name)
        }
        return directory
    }

    @discardableResult
    func write(_ bytes: [UInt8], to path: LocalPath) throws -> FoundFile {
        let folder = try makeDirectory(of: path)
        let status = try Births.preventing {
            let file = try folder.open(path.name, .openingOrCreating(permissions: 0o600))
            try file.truncate(to: 0)
            try file.write(bytes)
            return try file.status()
        }
        return FoundFile(path: path, fingerprint: Fingerprint(status), links: status.links)
    }

    @discardableResult
    func write(_ text: String, to path: String) throws -> FoundFile {
        try write(Array(text.utf8), to: LocalPath.of(path))
    }

    /// The content of a file; nil when there is none of this name.
    func bytes(of path: LocalPath) throws -> [UInt8]? {
        do throws(SystemError) {
            return try watched.open(path, .reading).readAll(limit: 1 << 28)
        } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
    }

    func text(of path: String) throws -> String? {
        try bytes(of: LocalPath.of(path)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The path of something in the watched folder, for calls that take one.
    func path(_ name: String) -> String { watched.path + "/" + name }

    func setPermissions(_ permissions: Int, of name: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path(name))
    }

    /// Gives a file another name, in the place of what has it.
    func move(_ name: String, to newName: String) throws {
        let (from, to) = try (LocalPath.of(name), LocalPath.of(newName))
        try watched.directory(of: from).rename(from.name, to: watched.directory(of: to), as: to.name)
    }

    func hardLink(_ name: String, as newName: String) throws {
        let (from, to) = try (LocalPath.of(name), LocalPath.of(newName))
        try watched.directory(of: from).link(from.name, to: watched.directory(of: to), as: to.name)
    }

    func link(_ name: String, to destination: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: destination)
    }
}

/// A time that no wall clock shows.
func moment(_ seconds: Double) -> Instant {
    Instant(nanoseconds: 1_000_000_000_000).advanced(bySeconds: seconds)
}

/// A fingerprint made up of numbers.
func fingerprint(
    inode: UInt64 = 1, size: UInt64 = 10, modified: Int64 = 100, changed: Int64 = 100, changedNanoseconds: UInt32 = 3
) -> Fingerprint {
    let born = FileTime(seconds: 50, nanoseconds: 7)
    return Fingerprint(
        identity: FileIdentity(device: .max, inode: inode, born: born), size: size,
        modified: FileTime(seconds: modified, nanoseconds: 999_999_999),
        changed: FileTime(seconds: changed, nanoseconds: changedNanoseconds))
}
