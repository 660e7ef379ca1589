/// Tells whether work comes forward although links break: by what is confirmed, and by what servers keep of large files.
///
/// Never by bytes that were sent: they may be the same ones each time.
final class Headway {
    private struct Mark {
        let fingerprint: Fingerprint
        let offset: UInt64
    }

    private var marks: [LocalPath: Mark] = [:]
    /// Whether there was any since `begin`.
    private(set) var isMade = false

    /// A new pass begins.
    func begin() {
        isMade = false
    }

    func confirmed(_ file: DueFile) {
        isMade = true
        marks[file.path] = nil
    }

    /// The server has so many bytes of a file.
    func resumed(_ file: DueFile, at offset: UInt64) {
        let mark = marks[file.path].flatMap { $0.fingerprint == file.fingerprint ? $0.offset : nil } ?? 0
        guard offset > mark else { return }
        isMade = true
        marks[file.path] = Mark(fingerprint: file.fingerprint, offset: offset)
    }
}
