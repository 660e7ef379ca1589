import Domain
import Encodings
import Platform
import TestSupport
import Transport
import Wire

/// What is below a folder, by names of any bytes.
enum Tree {
    /// SHA-256 of every regular file: `key` of the path below the folder → hexadecimal digits. Links and the like are told
    /// as what they are.
    static func digests(of folder: String) throws -> [String: String] {
        var found: [String: String] = [:]
        try visit(try Directory.open(path: folder)) { folder, name, path in
            found[key(path)] = try describe(folder, name)
        }
        return found
    }

    /// The paths of everything that isn't a folder, found without opening any file.
    static func paths(of folder: String) throws -> Set<String> {
        var found: Set<String> = []
        try visit(try Directory.open(path: folder)) { _, _, path in found.insert(key(path)) }
        return found
    }

    /// A path as text in which other bytes never look alike: Swift's strings are equal when Unicode says so.
    static func key(_ path: [UInt8]) -> String {
        path.reduce(into: "") { text, byte in
            let isPlain = (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "\\")
            text += isPlain ? String(UnicodeScalar(byte)) : "\\x" + hexadecimal([byte])
        }
    }

    /// Sum of the sizes of all regular files, in bytes.
    static func bytes(of folder: String) throws -> UInt64 {
        var sum: UInt64 = 0
        try visit(try Directory.open(path: folder)) { folder, name, _ in
            sum += try folder.status(of: name).size
        }
        return sum
    }

    /// Calls `body` for each name that isn't a folder.
    private static func visit(
        _ folder: Directory, below path: [UInt8] = [], _ body: (Directory, FileName, [UInt8]) throws -> Void
    ) throws {
        for name in try folder.names() {
            let inner = path + name.bytes
            // What vanishes while it is looked at was never there.
            guard let status = try? folder.status(of: name) else { continue }
            if status.kind == .directory {
                try visit(try folder.openFolder(name), below: inner + [UInt8(ascii: "/")], body)
            } else {
                try body(folder, name, inner)
            }
        }
    }

    private static func describe(_ folder: Directory, _ name: FileName) throws -> String {
        switch try folder.status(of: name).kind {
        case .regular: try ContentHasher.digest(of: try folder.open(name, .reading))?.description ?? "no digest"
        case .symbolicLink: "link"
        case .directory, .other: "other"
        }
    }
}

/// Writes a file by a path of any bytes, folders above it included.
func writeFile(_ content: [UInt8], at path: [UInt8], in folder: String) throws {
    var names = try path.split(separator: UInt8(ascii: "/")).map { part in
        guard let name = FileName(part) else { throw Failure("not a name: \(escaped(part))") }
        return name
    }
    let last = names.removeLast()
    var directory = try Directory.open(path: folder)
    for name in names {
        try? directory.makeFolder(name, permissions: 0o700)
        directory = try directory.openFolder(name)
    }
    try directory.open(last, .creating(permissions: 0o600)).write(content)
}

/// SHA-256 as hexadecimal digits.
func digest(of content: [UInt8]) throws -> String {
    guard let digest = ContentHasher.digest(of: content) else { throw Failure("no digest") }
    return digest.description
}

/// Content that differs for each seed and doesn't compress.
func sample(_ count: Int, seed: Int = 0) -> [UInt8] { .random(count, seed: UInt64(bitPattern: Int64(seed))) }
