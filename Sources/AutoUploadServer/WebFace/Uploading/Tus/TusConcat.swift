import Connections
import Domain
import Events
import HTTP
import Logins
import Platform
import Storage
import Transport

/// What Upload-Concat says: whether an upload is a part of another, or made of such parts.
enum TusConcat {
    case part
    /// As they stand in the URLs, in the order of the file.
    case final([UploadID])

    /// - Returns: nil where the field isn't there.
    init?(_ head: RequestHead) throws(WebTrouble) {
        let field = try Tus.allowed { () throws(TusFlaw) in try TusRequest.single(.uploadConcat, head.fields) }
        guard let value = field?.text else { return nil }
        if value == "partial" {
            self = .part
            return
        }
        let urls = value.dropFirst("final;".count).split(separator: " ")
        guard value.hasPrefix("final;"), !urls.isEmpty else {
            throw .refused(WebRefusal(.badRequest, "Upload-Concat is “partial” or “final;URL URL …”"))
        }
        var parts: [UploadID] = []
        for url in urls {
            guard let id = url.split(separator: "/").last.flatMap({ UploadID(hex: $0) }) else {
                throw .refused(
                    WebRefusal(.badRequest, "Upload-Concat names something that is no upload of this server"))
            }
            parts.append(id)
        }
        self = .final(parts)
    }
}

/// Makes a file of parts that have come, in their order. Their bytes are copied into a new upload, which is stored as any other is;
/// then the parts go. While that goes on both take room.
struct TusFinal {
    let parts: [UploadID]
    let home: Home
    /// But for the id and the length.
    let traits: ResourceTraits

    func answer(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        do throws(WebRefusal) {
            let id = try id()
            let key = OfferedFile.Key(user: home.user, id: id)
            let vault = connection.services.vault
            let result: Result<StoredFile, WebRefusal>
            do throws(VaultError) {
                result = try vault.join(key) {
                    Result { () throws(WebRefusal) in try file(id, key, on: &connection) }
                }
            } catch {
                throw WebRefusal(error)
            }
            return TusCreation.created(id, TusReception.fields(of: try result.get()), head)
        } catch {
            throw .refused(error)
        }
    }

    /// What an earlier request has made of the parts, or what is made of them now.
    private func file(
        _ id: UploadID, _ key: OfferedFile.Key, on connection: inout WebConnection
    ) throws(WebRefusal) -> StoredFile {
        let services = connection.services
        do throws(VaultError) {
            if let earlier = try services.vault.resource(of: key) {
                if case .finished(let stored) = earlier.standing {
                    return try connection.uploader.receipted(stored, offered: earlier.traits.path, nil, home)
                }
                services.vault.remove(earlier)
            }
        } catch {
            throw WebRefusal(error)
        }
        return try join(try wholeParts(on: &connection), id, on: connection)
    }

    /// The same for the same parts and words: who asks again, having missed the answer, gets it, though the parts are gone.
    private func id() throws(WebRefusal) -> UploadID {
        let words =
            Array("final".utf8) + home.user.bytes + parts.flatMap(\.bytes) + (TusNote(traits.note)?.metadata ?? [])
        guard let digest = ContentHasher.digest(of: words), let id = UploadID(Array(digest.bytes.prefix(16))) else {
            throw WebRefusal(VaultError.busy(SystemError("name an upload", errno: .noMemory)))
        }
        return id
    }

    private func wholeParts(on connection: inout WebConnection) throws(WebRefusal) -> [UploadResource] {
        var found: [UploadResource] = []
        for id in parts {
            let part = try connection.resource(Array(id.description.utf8), of: home.user)
            guard part.traits.options.contains(.isPart) else {
                throw WebRefusal(.badRequest, "\(id) isn't a part (Upload-Concat: partial)")
            }
            guard part.isWhole else { throw WebRefusal(.conflict, "the part \(id) isn't whole yet") }
            found.append(part)
        }
        return found
    }

    private func join(
        _ parts: [UploadResource], _ id: UploadID, on connection: borrowing WebConnection
    ) throws(WebRefusal) -> StoredFile {
        let length = parts.reduce(UInt64(0)) { $0.addingReportingOverflow($1.offset).partialValue }
        let traits = ResourceTraits(
            user: traits.user, path: traits.path, id: id, length: min(length, UInt64(Int64.max)),
            modified: traits.modified, note: traits.note)
        var upload = try ResourceUpload.create(traits, on: connection)
        do throws(WebRefusal) {
            for part in parts { try upload.append(contentsOf: part, connection.membership) }
            let file = try upload.finish(for: home)
            for part in parts { connection.services.vault.remove(part) }
            return file
        } catch {
            upload.discard()
            throw error
        }
    }
}
