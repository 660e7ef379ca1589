import Encodings
import Platform

/// What a folder of blobs is called among those whose servers share a database. While the rows lie beside the folder, it has none: then files
/// come and go that a database doesn't hear of, which takes the folder for a new one afterwards.
enum PlaceMark {
    private static let name = FileName(constant: "mark")
    private static let newName = FileName(constant: "mark.new")
    private static let byteCount = 16

    /// The folder's mark, made where it has none.
    static func of(_ folder: Directory) throws(SystemError) -> String {
        if let known = try load(folder) { return known }
        let mark = hexadecimal(try randomBytes(byteCount))
        try? folder.remove(newName)
        let file = try folder.open(newName, .creating(permissions: 0o600))
        try file.write(Array(mark.utf8))
        try file.flush()
        try folder.rename(newName, to: folder, as: name)
        try folder.flush()
        return mark
    }

    private static func load(_ folder: Directory) throws(SystemError) -> String? {
        let content: [UInt8]
        do throws(SystemError) {
            content = try folder.open(name, .reading).readAll(limit: 64)
        } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
        let text = String(decoding: content, as: UTF8.self)
        return text.utf8.count == 2 * byteCount && text.allSatisfy(\.isHexDigit) ? text : nil
    }

    static func remove(from folder: Directory) throws(SystemError) {
        do throws(SystemError) {
            try folder.remove(name)
            try folder.flush()
        } catch {
            if error.errno != .noEntry { throw error }
        }
    }
}
