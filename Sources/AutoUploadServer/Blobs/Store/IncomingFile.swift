package import Platform

/// A file that takes a blob's bytes. It goes when nobody holds it any more, unless it was published. Used by one thread.
final class IncomingFile {
    private let file: FileDescriptor
    private let name: FileName
    private let folder: Directory
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
        isPublished = true
        if folders.flushesNewNames { try file.flush() }
        try folders.kept.flush()
    }
}

/// A blob that is read. It stays what it was opened as.
package final class BlobContent: Sendable {
    private let file: FileDescriptor
    /// Bytes.
    package let size: UInt64

    /// - Returns: nil where its file isn't there, or isn't whole.
    init?(_ row: BlobRow, in folder: Directory) {
        guard let name = row.id.name, let file = try? folder.open(name, .reading, crossingMounts: false),
            let status = try? file.status(), status.kind == .regular, status.size == row.size
        else { return nil }
        size = row.size
        self.file = file
    }

    /// Reads from a place on, until the buffer is full or the file ends.
    ///
    /// - Returns: bytes read.
    package func read(at offset: UInt64, into buffer: inout [UInt8]) throws(SystemError) -> Int {
        try file.read(at: offset, into: &buffer)
    }

    /// All of it.
    func readAll() throws(BlobTrouble) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(clamping: size))
        guard let count = try? file.read(at: 0, into: &bytes), count == bytes.count else { throw .failed }
        return bytes
    }

    /// Notes when it has come, for who finds the file without its row.
    ///
    /// - Parameter time: Unix milliseconds.
    func note(_ time: Int64) {
        try? file.setModified(FileTime(milliseconds: time))
    }
}

extension FileTime {
    /// - Parameter milliseconds: since 1970.
    fileprivate init(milliseconds: Int64) {
        let time = max(0, milliseconds)
        self.init(seconds: time / 1000, nanoseconds: UInt32(clamping: time % 1000 * 1_000_000))
    }
}
