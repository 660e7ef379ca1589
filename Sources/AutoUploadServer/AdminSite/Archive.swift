import Catalogue
import Connections
import Domain
import HTTP
import Platform
import SQLite
import Storage
import Zip

/// A folder with all that is below it, as one archive that is made while it is sent: a file is opened when its turn comes.
struct Archive {
    private let vault: Vault
    private let files: [FileEntry]
    /// What of each path isn't told: the folders above.
    private let above: Int

    static let part = "zip"
    /// Files of an archive: what it says of each is kept until its end.
    static let most = 100_000

    /// - Parameter folder: from the user's folder on; empty: that itself.
    init(_ vault: Vault, _ files: [FileEntry], of folder: [UInt8]) {
        (self.vault, self.files) = (vault, files)
        above = folder.isEmpty ? 0 : folder.count + 1
    }

    func answer(named name: [UInt8]) -> SiteAnswer {
        var writer = ArchiveWriter(vault, files, above: above)
        var answer = SiteAnswer(.ok, type: "application/zip", made: ContentMaker { writer.next() })
        answer.fields.set(.contentDisposition, Disposition.attachment.value(naming: name + Array(".zip".utf8)))
        answer.fields.set(.cacheControl, "private, no-store")
        answer.fields.set(FieldName("Cross-Origin-Resource-Policy"), "same-origin")
        return answer
    }

    /// The files below a folder, by name.
    ///
    /// - Returns: nil where they are too many.
    static func files(
        below folder: [UInt8], of user: FileName, in connection: inout SQLiteConnection
    ) throws(SQLiteError) -> [FileEntry]? {
        var query = FileQuery(.user(user))
        (query.order, query.limit) = (.name, FileQuery.limits.upperBound)
        let start = folder.isEmpty ? [] : folder + [UInt8(ascii: "/")]
        var files: [FileEntry] = []
        repeat {
            let page = try connection.files(query)
            files += page.files.filter { $0.path.bytes.starts(with: start) }
            if files.count > most { return nil }
            query.after = page.next
        } while query.after != nil
        return files
    }
}

/// Where the making of an archive stands.
private struct ArchiveWriter {
    private let vault: Vault
    private var rest: ArraySlice<FileEntry>
    private let above: Int
    private var zip = ZipArchive()
    private var open: Open?
    private var isOver = false

    private struct Open {
        let content: StoredContent
        var offset: UInt64 = 0
        var checksum = ZipChecksum()
    }

    init(_ vault: Vault, _ files: [FileEntry], above: Int) {
        (self.vault, rest, self.above) = (vault, files[...], above)
    }

    mutating func next() -> ContentMaker.Piece {
        if isOver { return .end }
        if open != nil { return goOn() }
        guard let file = rest.popFirst() else {
            isOver = true
            return .bytes(zip.finish())
        }
        // One that is gone by now, or can't be read, is left out.
        guard let content = try? vault.open(user: file.user, path: file.path) else { return .nothing }
        open = Open(content: content)
        return .bytes(
            zip.begin(
                ZipArchive.Entry(
                    name: Array(file.path.bytes.dropFirst(above)), size: content.size,
                    modified: content.status.modified.seconds)))
    }

    private mutating func goOn() -> ContentMaker.Piece {
        guard var file = open else { return .failure }
        let left = file.content.size - file.offset
        var buffer = [UInt8](repeating: 0, count: Int(min(left, UInt64(ZipArchive.longestBlock))))
        // Its size has gone out: one that has become shorter can't be finished.
        guard let count = try? file.content.read(at: file.offset, into: &buffer), count == buffer.count else {
            return .failure
        }
        file.offset += UInt64(count)
        file.checksum.update(buffer)
        let isLast = file.offset == file.content.size
        var bytes = zip.block(of: count, isLast: isLast) + buffer
        if isLast { bytes += zip.end(checksum: file.checksum.value) }
        open = isLast ? nil : file
        return .bytes(bytes)
    }
}
