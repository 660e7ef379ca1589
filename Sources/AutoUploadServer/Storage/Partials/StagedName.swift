import Encodings
import Platform
import Transport

/// Under which name a file lies in the staging folder, and by that how it gets its final one without ever replacing another
/// file: chosen when it is made.
enum StagedName {
    /// It has no name, and gets its first one: linkat(2). Without one there is less to be done, and nothing to be removed.
    case none
    /// renameat2(2) does it in one step.
    case renamed(FileName)
    /// Where the file system can't do that: a second name, then the first is removed.
    case linked(FileName)

    /// - Parameter renames: whether the file system renames without replacing.
    static func random(renames: Bool) throws(SystemError) -> StagedName {
        guard let name = FileName(hexadecimal(try randomBytes(16))) else {
            throw SystemError("name the partial file", errno: .invalid)
        }
        return known(name, renames: renames)
    }

    static func known(_ name: FileName, renames: Bool) -> StagedName {
        renames ? .renamed(name) : .linked(name)
    }

    /// Whether it is a name as `random` makes them.
    static func isOne(_ name: FileName) -> Bool {
        name.bytes.count == 32 && name.bytes.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }

    /// In the staging folder.
    var inStaging: FileName? {
        switch self {
        case .none: nil
        case .renamed(let name), .linked(let name): name
        }
    }

    /// Makes the file.
    func create(in staging: Directory) throws(SystemError) -> FileDescriptor {
        guard let name = inStaging else { return try staging.makeUnnamedFile(permissions: 0o600) }
        return try staging.open(name, .creating(permissions: 0o600))
    }

    /// Gives the file its final name.
    ///
    /// - Throws: EEXIST when that is taken.
    func publish(
        _ file: borrowing FileDescriptor, from staging: Directory, to folder: Directory, as newName: FileName
    ) throws(SystemError) {
        switch self {
        case .none: try folder.name(file, newName)
        case .renamed(let name): try staging.renameWithoutReplacing(name, to: folder, as: newName)
        case .linked(let name):
            try staging.link(name, to: folder, as: newName)
            // A second name in the staging folder harms nothing; it goes at the next start.
            try? staging.remove(name)
        }
    }
}
