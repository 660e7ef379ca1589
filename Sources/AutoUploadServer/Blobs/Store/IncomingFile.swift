package import Platform

/// A file that takes a blob's bytes. It goes when nobody holds it any more, unless it was published. Used by one thread.
final class IncomingFile {
    private let file: FileDescriptor
    /// Where it is now.
    private var name: FileName
    private var folder: Directory
    /// Whether it has its final name.
    private(set) var isPublished = false
    private(set) var size: UInt64 = 0

    init(named name: FileName, in folder: Directory) throws(SystemError) {
        (self.name, self.folder) = (name, folder)
        file = try folder.open(name, .creating(permissions: 0o600))
    }

    deinit {
        if !isPublished { try? folder.remove(name) }
    }

    func append(_ bytes: RawSpan) throws(SystemError) {
        try file.write(bytes)
        size += UInt64(bytes.byteCount)
    }

    func append(_ bytes: [UInt8]) throws(SystemError) {
        try file.write(bytes)
        size += UInt64(bytes.count)
    }

    /// - Parameter time: Unix milliseconds, when it came.
    func note(_ time: Int64) throws(SystemError) { try file.setModified(FileTime(milliseconds: time)) }

    /// Flushes it, gives it its name, and flushes that.
    func publish(as newName: FileName, in folders: BlobFolders) throws(SystemError) {
        try file.flush()
        try folder.rename(name, to: folders.kept, as: newName)
        (name, folder, isPublished) = (newName, folders.kept, true)
        if folders.flushesNewNames { try file.flush() }
        try folders.kept.flush()
    }

    /// Its final name isn't its own.
    func unpublish() { isPublished = false }

    /// All that has come.
    func readAll() throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(clamping: size))
        let count = try file.read(at: 0, into: &bytes)
        return count == bytes.count ? bytes : []
    }
}

/// A blob that is read. It stays what it was opened as.
package final class BlobContent: Sendable {
    private let source: Source
    /// Bytes.
    package let size: UInt64

    private enum Source: ~Copyable {
        case file(FileDescriptor)
        case memory([UInt8])
    }

    /// - Returns: nil where its file isn't there, or isn't whole.
    init?(_ row: BlobRow, in folder: Directory) {
        guard let name = row.id.name, let file = try? folder.open(name, .reading, crossingMounts: false),
            let status = try? file.status(), status.kind == .regular, status.size == row.size
        else { return nil }
        size = row.size
        source = .file(file)
    }

    init(_ bytes: [UInt8]) {
        size = UInt64(bytes.count)
        source = .memory(bytes)
    }

    /// Reads from a place on, until the buffer is full or the file ends.
    ///
    /// - Returns: bytes read.
    package func read(at offset: UInt64, into buffer: inout [UInt8]) throws(SystemError) -> Int {
        switch source {
        case .file(let file): return try file.read(at: offset, into: &buffer)
        case .memory(let bytes):
            let piece = bytes.dropFirst(Int(clamping: offset)).prefix(buffer.count)
            buffer.replaceSubrange(..<piece.count, with: piece)
            return piece.count
        }
    }

    /// All of it.
    func readAll() throws(BlobTrouble) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(clamping: size))
        guard let count = try? read(at: 0, into: &bytes), count == bytes.count else { throw .failed }
        return bytes
    }

    /// Notes when it has come, for who finds the file without its row.
    ///
    /// - Parameter time: Unix milliseconds.
    func note(_ time: Int64) {
        switch source {
        case .file(let file): try? file.setModified(FileTime(milliseconds: time))
        case .memory: break
        }
    }
}

extension FileTime {
    /// - Parameter milliseconds: since 1970.
    fileprivate init(milliseconds: Int64) {
        let time = max(0, milliseconds)
        self.init(seconds: time / 1000, nanoseconds: UInt32(clamping: time % 1000 * 1_000_000))
    }
}
