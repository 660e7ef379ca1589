import Platform

/// Room on the disk that is set aside for a full one: the state often lives on the very disk that recordings fill up, and
/// to make room there a wipe must be recorded first.
struct StateReserve: Sendable {
    static let fileName = "reserve"
    /// Bytes; given back a step at a time, as whoever fills the disk may take what was given back.
    static let size: UInt64 = 4 << 20
    static let step: UInt64 = 512 << 10

    private let directory: Directory

    /// - Parameter directory: the state's folder.
    init(in directory: Directory) {
        self.directory = directory
    }

    /// Sets the room aside as far as it isn't yet, where there is plenty. That it can't isn't an error.
    func make() {
        guard let name = FileName(Self.fileName), currentSize(name) < Self.size,
            let available = try? directory.descriptor.availableBytes(), available > 8 * Self.size
        else { return }
        do throws(SystemError) {
            let file = try directory.open(name, .openingOrCreating(permissions: 0o600))
            // Before the size, which tells how much there is. Where the file system can't, there is none: a file holds
            // nothing until something is written.
            try file.preallocate(Self.size)
            try file.truncate(to: Self.size)
        } catch {
            return
        }
    }

    /// Whether the disk that a folder is on, or would be made on, has as much room as is set aside, with what is already.
    static func hasRoom(in folder: String) -> Bool {
        guard let directory = nearest(folder), let name = FileName(fileName),
            let available = try? directory.descriptor.availableBytes()
        else { return false }
        let (room, overflow) = StateReserve(in: directory).currentSize(name).addingReportingOverflow(
            available)
        return overflow || room >= size
    }

    /// The folder, or the one above that is there.
    private static func nearest(_ folder: String) -> Directory? {
        var path = folder[...]
        while true {
            if let directory = try? Directory.open(path: path.isEmpty ? "/" : String(path)) {
                return directory
            }
            guard let slash = path.lastIndex(of: "/") else { return try? Directory.open(path: ".") }
            path = path[..<slash]
        }
    }

    /// Gives some of the room back to the disk.
    ///
    /// - Returns: whether there was any.
    func release() -> Bool {
        guard let name = FileName(Self.fileName) else { return false }
        let size = currentSize(name)
        guard size > 0 else { return false }
        do throws(SystemError) {
            try directory.open(name, .readingAndWriting).truncate(to: size > Self.step ? size - Self.step : 0)
            return true
        } catch {
            return false
        }
    }

    private func currentSize(_ name: FileName) -> UInt64 {
        (try? directory.status(of: name))?.size ?? 0
    }
}
