internal import Foundation

/// A folder of its own for a test, which goes when the value does.
package final class ScratchFolder: Sendable {
    package let path: String

    /// On disk beside the build.
    package convenience init(_ name: String = "test") throws {
        try self.init(Binaries.folder.appendingPathComponent("scratch"), "\(name)-\(UUID().uuidString)")
    }

    private init(_ parent: URL, _ name: String) throws {
        let own = parent.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        path = own.path
    }

    /// For sockets, whose paths have 107 bytes at most (unix(7)), wherever the tests were built.
    package static func ofSockets() throws -> ScratchFolder {
        try ScratchFolder(FileManager.default.temporaryDirectory, "socket-\(UUID().uuidString.prefix(8))")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of something in the folder.
    package func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file, folders above it included, and returns its path.
    @discardableResult
    package func write(_ bytes: some Collection<UInt8>, to name: String, permissions: Int = 0o600) throws -> String {
        let file = URL(fileURLWithPath: path(name))
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let data = Data(bytes)
        try Births.preventing { try data.write(to: file) }
        try setPermissions(permissions, of: name)
        return path(name)
    }

    @discardableResult
    package func write(_ text: String, to name: String, permissions: Int = 0o600) throws -> String {
        try write(Array(text.utf8), to: name, permissions: permissions)
    }

    @discardableResult
    package func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
        return path(name)
    }

    package func bytes(of name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    package func text(of name: String) throws -> String {
        String(decoding: try bytes(of: name), as: UTF8.self)
    }

    /// The names in the folder, or in one below it, sorted.
    package func names(in folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(folder)).sorted()
    }

    package func setPermissions(_ permissions: Int, of name: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path(name))
    }

    package func permissions(of name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int
    }
}
