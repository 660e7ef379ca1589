import Catalogue
import Connections
import Encodings
import HTTP
import Platform
import SQLite

/// The log for other programs, made page by page while it is sent.
struct LogExport {
    enum Form: String, CaseIterable {
        /// RFC 4180.
        case csv
        /// JSON lines.
        case jsonl

        fileprivate var type: FieldValue { self == .csv ? "text/csv; charset=utf-8" : "application/jsonl" }
    }

    private let form: Form
    private let request: LogRequest
    private let services: Services

    init(_ form: Form, _ request: LogRequest, _ services: Services) {
        (self.form, self.request, self.services) = (form, request, services)
    }

    /// - Returns: nil where the name isn't that of an export.
    static func form(of name: String) -> Form? { Form.allCases.first { name == "\(LogRequest.part).\($0.rawValue)" } }

    func answer() throws(SiteTrouble) -> SiteAnswer {
        var query = request.query
        query.limit = FileQuery.limits.upperBound
        // Asked at once, as what fails now can still be told.
        var page: LogPage? = try services.ask { connection throws(SQLiteError) in try connection.log(query) }
        var text = form == .csv ? "time,user,address,action,info\r\n" : ""
        let (form, services) = (form, services)
        let maker = ContentMaker {
            guard let known = page else { return .end }
            text += known.entries.map { Self.line($0, form) }.joined()
            query.after = known.next
            page = nil
            if known.next != nil {
                guard
                    let next = try? services.catalogue.read({ connection throws(SQLiteError) in
                        try connection.log(query)
                    })
                else { return .failure }
                page = next
            }
            defer { text = "" }
            return text.isEmpty ? .nothing : .bytes(Array(text.utf8))
        }
        var answer = SiteAnswer(.ok, type: form.type, made: maker)
        answer.fields.set(
            .contentDisposition, Disposition.attachment.value(naming: Array("log.\(form.rawValue)".utf8)))
        answer.fields.set(.cacheControl, "no-store")
        return answer
    }

    private static func line(_ entry: LogEntry, _ form: Form) -> String {
        let time = utcText(entry.time / 1000)
        let cells = [time, entry.user, entry.address, entry.action.name, entry.info]
        switch form {
        case .csv: return cells.map(cell).joined(separator: ",") + "\r\n"
        case .jsonl:
            let names = ["time", "user", "address", "action", "info"]
            return "{" + zip(names, cells).map { "\"\($0)\":\(jsonString($1))" }.joined(separator: ",") + "}\n"
        }
    }

    /// A name that a spreadsheet would take for a formula has an apostrophe before it: it is somebody else's text.
    private static func cell(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
        let text = isFormula ? "'\(text)" : text
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}
