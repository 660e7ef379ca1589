import Encodings
import Platform

/// An empty file that is moved into a user's folder, to see whether that can be done.
///
/// A server that is killed meanwhile leaves it there, and nobody looks through all folders for it. So a note is made before: a link of
/// the same name in the server's own staging folder, which holds the path of the other.
struct Trial {
    /// By chance: nothing else bears it, however the file system compares names.
    let name: FileName
    private let notes: Directory

    private static let prefix = Array(".auto-upload-trial-".utf8)
    private static let digits = 32

    /// - Parameters:
    ///   - path: of the folder, from the storage folder on.
    ///   - notes: the staging folder of the server's own.
    init(in path: [FileName], notes: Directory) throws(SystemError) {
        name = try Self.randomName()
        self.notes = notes
        // It is tried all the same where there are no links, or no room.
        try? notes.makeLink(name, to: Array(path.map(\.bytes).joined(separator: [Self.slash])))
    }

    /// To be called when the file has gone, or was never there.
    func end() {
        try? notes.remove(name)
    }

    static func randomName() throws(SystemError) -> FileName {
        guard let name = FileName(prefix + Array(hexadecimal(try randomBytes(digits / 2)).utf8)) else {
            throw SystemError("name a trial", errno: .invalid)
        }
        return name
    }

    static func isOne(_ name: FileName) -> Bool {
        name.bytes.starts(with: prefix)
            && FileName(name.bytes.dropFirst(prefix.count)).map(StagedName.isOne) == true
    }

    private static let slash = UInt8(ascii: "/")
}

// MARK: - What an earlier process has left

extension Trial {
    /// Removes the files that notes tell of, and the notes of those that are gone.
    ///
    /// - Parameter root: the storage folder.
    static func clear(_ notes: Directory, below root: Directory) {
        for note in (try? notes.names()) ?? [] where isOne(note) {
            guard let path = try? notes.target(ofLink: note) else { continue }
            do throws(SystemError) {
                if let folder = try folder(path, below: root) { try removeFile(note, from: folder) }
                try notes.remove(note)
            } catch {
                // It stays noted, for the next process.
            }
        }
    }

    /// - Returns: nil when it is no more.
    private static func folder(_ path: [UInt8], below root: Directory) throws(SystemError) -> Directory? {
        var folder = root
        for component in path.split(separator: slash) {
            guard let name = FileName(component),
                let next = try lookingPastGaps({ () throws(SystemError) in
                    try folder.openFolder(name, crossingMounts: false)
                })
            else { return nil }
            folder = next
        }
        return folder
    }

    /// Removes it if it is one as they are made: regular, and empty.
    static func removeFile(_ name: FileName, from folder: Directory) throws(SystemError) {
        guard isOne(name),
            let status = try lookingPastGaps({ () throws(SystemError) in try folder.status(of: name) }),
            status.kind == .regular, status.size == 0
        else { return }
        try folder.remove(name)
    }
}
