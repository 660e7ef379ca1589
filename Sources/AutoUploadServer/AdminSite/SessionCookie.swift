import HTTP
import Logins

/// Where a browser keeps what it shows for its session.
struct SessionCookie: Sendable {
    /// Nil where it shows none, or what can't be one.
    let id: SessionID?

    private static let name: StaticString = "__Host-auto-upload"

    init(_ fields: Fields) {
        id = fields.cookie(Self.name).flatMap { SessionID($0) }
    }

    static func setting(_ id: SessionID) -> FieldValue { OwnCookie.setting(name, to: id.text) }

    static var removing: FieldValue { OwnCookie.removing(name) }
}
