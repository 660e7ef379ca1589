import DirectUploads
import Domain
import HTTP
import S3
import Transport

/// What the pages consist of. It lies in `Files/` as what it is, and the build makes it part of the program.
struct PageFile {
    private let type: FieldValue
    private let content: [UInt8]
    private let tag: FieldValue?

    private init(_ type: FieldValue, _ content: [UInt8]) {
        (self.type, self.content) = (type, content)
        tag = ContentHasher.digest(of: content).flatMap { FieldValue("\"\($0)\"") }
    }

    static func isThere(_ path: String) -> Bool { all[path] != nil }

    /// - Parameter path: without the slash in front.
    static func answer(_ path: String, _ rules: WebRules, to head: RequestHead) -> WebAnswer? {
        guard path.isEmpty else { return all[path]?.answer(head.fields) }
        let direct = rules.direct.flatMap { $0.rules.servesPage ? $0.rules : nil }
        var answer = sendingPage(isOpen: rules.drops != nil, isDirect: direct != nil).answer(head.fields)
        if let direct {
            let policy = WebAnswer.policy(connectingTo: direct.bucket.endpoint.origin)
            if let policy { answer.fields.set(.contentSecurityPolicy, policy) }
        }
        return answer
    }

    private static let all: [String: PageFile] = [
        "": PageFile(page, PackageResources.index_html),
        "openapi.json": PageFile("application/json", PackageResources.openapi_json),
        "page/style.css": PageFile("text/css; charset=utf-8", PackageResources.style_css),
        "page/icon.svg": PageFile("image/svg+xml", PackageResources.icon_svg),
        "page/main.js": script(PackageResources.main_js),
        "page/view.js": script(PackageResources.view_js),
        "page/words.js": script(PackageResources.words_js),
        "page/picking.js": script(PackageResources.picking_js),
        "page/queue.js": script(PackageResources.queue_js),
        "page/sending.js": script(PackageResources.sending_js),
        "page/upload.js": script(PackageResources.upload_js),
        "page/server.js": script(PackageResources.server_js),
        "page/memory.js": script(PackageResources.memory_js),
        "page/challenge.js": script(PackageResources.challenge_js),
        "page/digests.js": script(PackageResources.digests_js),
        "page/pauses.js": script(PackageResources.pauses_js),
        "page/direct.js": script(PackageResources.direct_js),
        "page/bucket.js": script(PackageResources.bucket_js),
    ]

    /// The page itself.
    ///
    /// - Parameters:
    ///   - isOpen: whether those without an account may add files.
    ///   - isDirect: whether those with one send straight to a bucket.
    private static func sendingPage(isOpen: Bool, isDirect: Bool) -> PageFile {
        let classes = (isOpen ? ["open"] : []) + (isDirect ? ["direct"] : [])
        guard let whole = all[""], !classes.isEmpty else { return all[""] ?? PageFile(page, []) }
        let body = "<body class=\"\(classes.joined(separator: " "))\">"
        return PageFile(page, whole.content.replacing(Array("<body>".utf8), with: Array(body.utf8)))
    }

    private static let page: FieldValue = "text/html; charset=utf-8"

    private static func script(_ content: [UInt8]) -> PageFile {
        PageFile("text/javascript; charset=utf-8", content)
    }

    /// A browser keeps it, and asks whether it is still the same: with the next version of the program it isn't.
    private func answer(_ request: Fields) -> WebAnswer {
        let isKnown = tag.map { tag in
            request.elements(of: .ifNoneMatch).contains { $0 == tag.bytes || $0 == Array("W/".utf8) + tag.bytes }
        }
        var answer = isKnown == true ? WebAnswer(.notModified) : WebAnswer(.ok, type: type, content)
        answer.fields.set(.cacheControl, "no-cache")
        if let tag { answer.fields.set(.entityTag, tag) }
        return answer
    }
}
