import Catalogue
import HTML
import HTTP
import Platform

/// Which lines of the log somebody wants to see.
struct LogRequest: Sendable {
    /// As it was typed.
    let user, from, to: String
    let action: LogEntry.Action?
    let after: ListPosition?

    static let part = "log"

    init(_ query: URLEncodedForm) {
        (user, from, to) = (query["user"] ?? "", query["from"] ?? "", query["to"] ?? "")
        action = query["action"].flatMap { LogEntry.Action(named: $0) }
        after = query["after"].flatMap { ListPosition(text: $0) }
    }

    var query: LogQuery {
        var query = LogQuery()
        query.user = user.isEmpty ? nil : user
        (query.action, query.after) = (action, after)
        if !from.isEmpty || !to.isEmpty {
            let (begin, end) = (Day(from)?.begin ?? 0, Day(to)?.end ?? 253_402_300_799)
            query.times = begin * 1000...max(begin, end) * 1000 + 999
        }
        return query
    }

    func url(after: ListPosition? = nil, in part: String = part) -> OwnURL {
        var pairs = [
            (name: "user", value: user), (name: "action", value: action?.name ?? ""), (name: "from", value: from),
            (name: "to", value: to),
        ].filter { !$0.value.isEmpty }
        if let after { pairs.append((name: "after", value: after.text)) }
        return OwnURL("admin", part, query: pairs)
    }
}

/// What was done, and by whom: the newest first.
struct LogList {
    let request: LogRequest
    let page: LogPage

    func html(for visitor: Visitor) -> HTML {
        Layout.page("Log", .log, for: visitor) {
            search
            if page.entries.isEmpty {
                Tag.p(.class("quiet")) {
                    request.after == nil ? "The log has no such lines." : "There are no older ones."
                }
            } else {
                table
            }
            if let next = page.next {
                Tag.p { Tag.a(.class("button"), .rel("next"), .href(request.url(after: next))) { "Older ones" } }
            }
            if request.after == nil { changes(visitor) }
        }
    }

    private func changes(_ visitor: Visitor) -> HTML {
        Tag.section(.class("card")) {
            Tag.div(.class("choices")) {
                Tag.a(.class("button"), .href(request.url(in: "log.csv"))) { "Save as CSV" }
                Tag.a(.class("button"), .href(request.url(in: "log.jsonl"))) { "Save as JSON lines" }
                if visitor.mayChange {
                    Tag.a(.class("button"), .href(OwnURL("admin", LogRequest.part, LogChanges.clear))) { "Clear …" }
                }
            }
            if visitor.mayChange {
                SiteForm.form(OwnURL("admin", LogRequest.part, LogChanges.anonymise), by: visitor) {
                    Tag.label {
                        "Name neither user nor address in lines that are older than days"
                        Tag.input(.name("days"), .value("30"), .inputMode("numeric"), .required)
                    }
                    Tag.button { "Anonymise" }
                }
            }
        }
    }

    private var search: HTML {
        Tag.form(.class("search card"), .get, .action(OwnURL("admin", LogRequest.part))) {
            Tag.label {
                "User"
                Tag.input(.name("user"), .value(request.user), .noSpellcheck, .noCapitals)
            }
            Tag.label {
                "What"
                Tag.select(.name("action")) {
                    Tag.option(.value("")) { "everything" }
                    for action in LogEntry.Action.allCases {
                        Tag.option(.value(action.name), action == request.action ? .selected : nil) { action.name }
                    }
                }
            }
            Tag.label {
                "From"
                Tag.input(.type("date"), .name("from"), .value(request.from))
            }
            Tag.label {
                "to"
                Tag.input(.type("date"), .name("to"), .value(request.to))
            }
            Tag.div(.class("choices")) { Tag.button(.class("main")) { "Show" } }
        }
    }

    private var table: HTML {
        Tag.div(.class("scroll")) {
            Tag.table(.class("list")) {
                Tag.thead {
                    Tag.tr {
                        for title in ["Time", "User", "Address", "What", "Info"] { Tag.th(.scope("col")) { title } }
                    }
                }
                Tag.tbody { for entry in page.entries { row(entry) } }
            }
        }
    }

    private func row(_ entry: LogEntry) -> HTML {
        Tag.tr {
            Tag.td(.class("time")) { Shown.time(entry.time / 1000) }
            Tag.td { Shown.name(Array(entry.user.utf8)) }
            Tag.td { entry.address.isEmpty ? "–" : entry.address }
            Tag.td { entry.action.name }
            Tag.td { entry.info.isEmpty ? Tag.span { "–" } : Shown.name(Array(entry.info.utf8)) }
        }
    }
}
