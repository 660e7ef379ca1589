/// Tells whether work comes forward although links break: by what is confirmed, and by what servers keep of large files.
///
/// Never by bytes that were sent: they may be the same ones each time.
final class Headway {
    private struct Mark {
        let fingerprint: Fingerprint
        let offset: UInt64
    }

    private var marks: [LocalPath: Mark] = [:]
    /// How often it did: who looks at it twice knows whether it has meanwhile.
    private(set) var steps = 0

    func confirmed(_ file: DueFile) {
        steps += 1
        marks[file.path] = nil
    }

    /// The server has so many bytes of a file.
    func resumed(_ file: DueFile, at offset: UInt64) {
        let mark = marks[file.path].flatMap { $0.fingerprint == file.fingerprint ? $0.offset : nil } ?? 0
        guard offset > mark else { return }
        steps += 1
        marks[file.path] = Mark(fingerprint: file.fingerprint, offset: offset)
    }
}
