import AdminSite
import HTML
import HTTP

/// The page as who has a link sees it, or an admin who uploads to somebody's folder: nobody logs in, and it says where it leads.
enum DropPage {
    static func answer(_ pass: UploadPass) -> WebAnswer {
        let notice = pass.site?.notice ?? pass.link.map { DropNotice($0.link).html } ?? HTML()
        let page = start + notice.bytes + middle + (pass.site?.hiddenField.bytes ?? []) + end
        return WebAnswer(.ok, type: "text/html; charset=utf-8", page)
    }

    // What the file has between marks goes, and what is said of the link stands in the place of a third.
    private static let start = part(upTo: "<!--about-->").replacing(
        Array("<body>".utf8), with: Array("<body class=\"by-link\">".utf8))
    private static let middle = part(from: "<!--about-->", upTo: "<!--login-->")
    private static let end = part(from: "<!--/login-->")

    private static func part(from first: String? = nil, upTo last: String? = nil) -> [UInt8] {
        let page = PackageResources.index_html
        let begin = first.flatMap { page.firstRange(of: Array($0.utf8))?.upperBound } ?? page.startIndex
        let end = last.flatMap { page.firstRange(of: Array($0.utf8))?.lowerBound } ?? page.endIndex
        return Array(page[begin..<max(begin, end)])
    }
}
