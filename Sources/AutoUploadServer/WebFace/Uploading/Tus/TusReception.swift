import Domain
import HTTP
import Logins
import Storage

/// Takes a request's body into an upload, and answers what is durable of it, or that it is stored.
struct TusReception {
    let checksum: TusChecksum?
    let home: Home

    /// - Returns: the fields of the answer.
    func take(into upload: inout ResourceUpload, on connection: inout WebConnection) throws(WebTrouble) -> Fields {
        if let checksum {
            upload.holdBack()
            try upload.receiveBody(of: &connection) { checksum.update($0) }
            try checksum.verify()
        } else {
            try upload.receiveBody(of: &connection)
        }
        do throws(WebRefusal) {
            if upload.isWhole, !upload.traits.options.contains(.isPart) {
                return Self.fields(of: try upload.finish(for: home))
            }
            let offset = try upload.keep()
            let expires = upload.expires
            upload.leave(quietly: true)
            return Self.fields(offset: offset, expires: expires)
        } catch {
            throw .refused(error)
        }
    }

    static func fields(offset: UInt64, expires: Int64) -> Fields {
        var fields = Fields()
        fields.set(.uploadOffset, FieldValue(offset))
        fields.set(.uploadExpires, HTTPDate(expires).value)
        return fields
    }

    /// Of a file that is stored.
    static func fields(of file: StoredFile) -> Fields {
        var fields = Fields()
        fields.set(.uploadOffset, FieldValue(file.stored.size))
        // Location is the upload's, where it is one that was just made.
        for line in file.fields.lines {
            fields.set(line.name == .location ? .contentLocation : line.name, line.value)
        }
        return fields
    }
}
