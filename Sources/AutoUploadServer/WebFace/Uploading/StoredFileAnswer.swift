import Domain
import Encodings
import HTTP
import Storage

extension StoredFile {
    /// Where the file is, as a path of this server.
    var location: String {
        base + "/files/" + stored.path.components.map(percentEncoded).joined(separator: "/")
    }

    /// The fields of RFC 9110 and RFC 9530 that say what is stored.
    var fields: Fields {
        var fields = Fields()
        if let location = FieldValue(location) { fields.set(.location, location) }
        if let tag = FieldValue("\"\(stored.digest)\"") { fields.set(.entityTag, tag) }
        fields.set(.reprDigest, StatedDigests.value("sha-256", stored.digest.bytes))
        return fields
    }

    /// An object of JSON (RFC 8259).
    var json: String {
        let path = jsonString(String(decoding: stored.path.bytes, as: UTF8.self))
        let receipt = jsonString(String(decoding: receipt.text, as: UTF8.self))
        return "{\"name\":\(path),\"location\":\(jsonString(location)),\"size\":\(stored.size),"
            + "\"sha256\":\"\(stored.digest)\",\"wasThere\":\(stored.wasThere),\"receipt\":\(receipt)}"
    }
}

/// How a client wants to be answered.
enum AnswerForm {
    case text, json, page

    init(_ fields: Fields) {
        let types = fields.elements(of: .accept).map {
            String(decoding: $0.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
        }
        self = types.contains("application/json") ? .json : types.contains("text/html") ? .page : .text
    }

    /// Of one file: its receipt, and in fields what is stored.
    func answer(_ file: StoredFile, _ status: HTTP.Status) -> WebAnswer {
        let isJSON = self == .json
        let content = isJSON ? "\(file.json)\n" : String(decoding: file.receipt.text, as: UTF8.self)
        var answer = WebAnswer(
            status, type: isJSON ? "application/json" : "text/plain; charset=utf-8", Array(content.utf8))
        for line in file.fields.lines { answer.fields.set(line.name, line.value) }
        return answer
    }

    func answer(_ files: [StoredFile]) -> WebAnswer {
        switch self {
        case .text: return WebAnswer(.ok, "OK")
        case .json:
            // Fine Uploader looks for "success".
            let list = files.map(\.json).joined(separator: ",")
            return WebAnswer(.ok, type: "application/json", Array("{\"success\":true,\"files\":[\(list)]}\n".utf8))
        case .page: return WebAnswer(.ok, type: "text/html; charset=utf-8", Array(Page.stored(files).utf8))
        }
    }
}
