import Catalogue
import HTML
import HTTP
import Platform
import SQLite

/// An admin clears the log, or has it name nobody.
struct LogChanges {
    private let context: AdminSite.Context

    static let clear = "clear"
    static let anonymise = "anonymise"

    init(_ context: AdminSite.Context) {
        self.context = context
    }

    /// Asks, before all of it goes.
    static func question(for visitor: Visitor) -> SiteAnswer {
        SiteAnswer(
            .ok,
            Layout.page("Clear the log?", .log, for: visitor) {
                Tag.section(.class("card")) {
                    Tag.p {
                        "All of its lines are removed. This can't be undone; the server's own log, for who runs it, stays."
                    }
                    SiteForm.form(OwnURL("admin", LogRequest.part, clear), by: visitor) {
                        Tag.div(.class("choices")) {
                            Tag.button(.class("main")) { "Clear the log" }
                            Tag.a(.class("button"), .href(OwnURL("admin", LogRequest.part))) { "Keep it" }
                        }
                    }
                }
            })
    }

    func clear() throws(SiteTrouble) -> SiteAnswer {
        try context.services.change { connection throws(SQLiteError) in try connection.clearLog() }
        return SiteAnswer(seeOther: OwnURL("admin", LogRequest.part))
    }

    /// - Parameter form: says how old lines are that name nobody from now on.
    func anonymise(_ form: URLEncodedForm) throws(SiteTrouble) -> SiteAnswer {
        guard let days = form["days"].flatMap({ Int64($0) }), (0...36_500).contains(days) else {
            throw .badForm("“\(form["days"] ?? "")” isn't a number of days.")
        }
        let time = currentUnixTime() - days * 86_400
        // Some at a time, so that nobody who waits for the catalogue waits for long.
        while try context.services.change({ connection throws(SQLiteError) in try connection.anonymise(before: time) })
            > 0
        {}
        return SiteAnswer(seeOther: OwnURL("admin", LogRequest.part))
    }
}
