import Connections
import Domain
import Encodings
import HTTP
import Logins
import Platform
import Storage

/// Uploads under way as they come, to who looks on (server-sent events, WHATWG HTML, section 9.2).
struct LiveEvents {
    private let uploads: LiveUploads
    private let context: AdminSite.Context
    private let visitor: Visitor
    private let sessions: SiteSessions

    init(_ uploads: LiveUploads, _ context: AdminSite.Context, _ visitor: Visitor, _ sessions: SiteSessions) {
        (self.uploads, self.context, self.visitor, self.sessions) = (uploads, context, visitor, sessions)
    }

    func answer() -> SiteAnswer {
        var isFirst = true
        let maker = ContentMaker { [self] in
            if !isFirst { Thread.sleep(seconds: LiveUploads.interval) }
            isFirst = false
            // To look on is no use of a session: it ends all the same.
            guard sessions.isAlive(visitor.session), context.services.gate.role(of: visitor.login) != nil else {
                return .end
            }
            return .bytes(Array("data: \(json)\n\n".utf8))
        }
        var answer = SiteAnswer(.ok, type: "text/event-stream", made: maker)
        answer.fields.set(.cacheControl, "no-store")
        return answer
    }

    private var json: String {
        let rows = uploads.rows { context.services.vault.uploadsUnderWay }.map { row in
            let (upload, rate) = (row.upload, Int(clamping: Int64(min(row.rate, 1e15))))
            let name = jsonString(escaped(upload.path.bytes))
            return "{\"user\":\(jsonString(escaped(upload.key.user.bytes))),\"path\":\(name),"
                + "\"size\":\(upload.size.map(String.init) ?? "null"),\"received\":\(upload.received),\"rate\":\(rate)}"
        }
        return "[\(rows.joined(separator: ","))]"
    }
}
