import Domain
import HTTP
import Logins
import Platform
import Storage

/// POST /tus/: makes an upload, and takes its first bytes, or all.
enum TusCreation {
    static func answer(
        _ head: RequestHead, _ home: Home, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        let concat = try TusConcat(head)
        // Its parts would count twice.
        if concat != nil, connection.pass?.link != nil { throw .refused(.wholeByLink) }
        if case .final(let parts)? = concat {
            let final = try TusFinal(
                parts: parts, home: home, traits: traits(head, home, id: nil, length: nil, by: connection.uploader))
            return try final.answer(head, on: &connection)
        }
        let post = try Tus.allowed { () throws(TusFlaw) in try TusPost(head.fields, head.framing) }
        let traits = try traits(
            head, home, id: .random(), length: post.length, isPart: concat != nil, by: connection.uploader)
        let checksum = try TusChecksum(head)
        var upload: ResourceUpload
        do throws(WebRefusal) {
            upload = try .create(traits, on: connection)
        } catch {
            throw .refused(error)
        }
        do throws(WebTrouble) {
            let fields = try TusReception(checksum: checksum, home: home).take(into: &upload, on: &connection)
            return created(traits.id, fields, head)
        } catch {
            // Nobody knows its URL.
            upload.discard()
            throw error
        }
    }

    /// Location is relative to the request's target: so it is right below any folder that a proxy puts the server into, and for
    /// clients, such as aiotus, that append it to the URL which they were given.
    static func created(_ id: UploadID, _ fields: Fields, _ head: RequestHead) -> WebAnswer {
        var answer = WebAnswer(.created, "")
        for line in fields.lines { answer.fields.set(line.name, line.value) }
        let isBelow = head.target.segments.count > 1
        if let location = FieldValue(isBelow ? "\(id)" : "tus/\(id)") { answer.fields.set(.location, location) }
        return answer
    }

    /// - Parameter id: nil: it follows later.
    private static func traits(
        _ head: RequestHead, _ home: Home, id: UploadID?, length: UInt64?, isPart: Bool = false,
        by uploader: Uploader
    ) throws(WebTrouble) -> ResourceTraits {
        let field = head.fields.combined(.uploadMetadata)?.bytes ?? []
        let note = TusNote(concat: head.fields.combined(.uploadConcat)?.bytes ?? [], metadata: field)
        guard note.bytes.count + DropMark.longest <= ResourceTraits.longestNote else {
            throw .refused(WebRefusal(.fieldsTooLarge, "Upload-Metadata and Upload-Concat are too long"))
        }
        let metadata: TusMetadata
        do throws(TusMetadata.Flaw) {
            metadata = try TusMetadata(field)
        } catch {
            throw .refused(WebRefusal(.badRequest, error.text))
        }
        let (place, mark) = try place(metadata, home, uploader)
        return ResourceTraits(
            user: home.user, path: place, id: id ?? .random(), length: length,
            modified: metadata.modified ?? FileTime(seconds: currentUnixTime(), nanoseconds: 0),
            options: isPart ? .isPart : [], note: (mark?.bytes ?? []) + note.bytes)
    }

    private static func place(
        _ metadata: TusMetadata, _ home: Home, _ uploader: Uploader
    ) throws(WebTrouble) -> (path: RemotePath, mark: DropMark?) {
        let path: RemotePath
        do throws(RemotePath.Flaw) {
            let named = try metadata.path()
            path = if let named { named } else { try RemotePath(Array(unnamed().utf8)) }
        } catch {
            throw .refused(WebRefusal(.badRequest, "no file can be stored under the name in Upload-Metadata: \(error)"))
        }
        do throws(WebRefusal) {
            return try uploader.place(of: path, in: home)
        } catch {
            throw .refused(error)
        }
    }

    /// A file that its client gives no name.
    private static func unnamed() -> String {
        "upload-\(utcText(currentUnixTime()).filter { $0 != ":" })-\(UInt32.random(in: 0 ... .max))"
    }
}

/// What is kept with an upload so that HEAD can tell it: Upload-Concat and Upload-Metadata, as they came.
struct TusNote {
    let concat: [UInt8]
    let metadata: [UInt8]

    init(concat: [UInt8], metadata: [UInt8]) {
        (self.concat, self.metadata) = (concat, metadata)
    }

    /// - Returns: nil for a note that another way to upload has written.
    init?(_ note: [UInt8]) {
        guard let end = note.firstIndex(of: lineFeed) else { return nil }
        concat = Array(note[..<end])
        metadata = Array(note[end...].dropFirst())
    }

    /// No field has a line feed.
    var bytes: [UInt8] { concat + [lineFeed] + metadata }

    var fields: Fields {
        var fields = Fields()
        if !concat.isEmpty, let value = FieldValue(concat) { fields.set(.uploadConcat, value) }
        if !metadata.isEmpty, let value = FieldValue(metadata) { fields.set(.uploadMetadata, value) }
        return fields
    }
}

private let lineFeed = UInt8(ascii: "\n")
