import HTTP
import Transport

/// What the pages consist of besides HTML: it tells nobody anything, and is given to everybody.
struct SiteAsset {
    private let type: FieldValue
    private let content: [UInt8]
    private let tag: FieldValue?

    private init(_ type: FieldValue, _ content: [UInt8]) {
        (self.type, self.content) = (type, content)
        tag = ContentHasher.digest(of: content).flatMap { FieldValue("\"\($0)\"") }
    }

    private static let all: [String: SiteAsset] = [
        "admin.css": SiteAsset("text/css; charset=utf-8", PackageResources.admin_css),
        "live.js": SiteAsset("text/javascript; charset=utf-8", PackageResources.live_js),
    ]

    /// - Returns: nil where the request is for something else.
    static func answer(_ request: SiteRequest) -> SiteAnswer? {
        guard request.form == nil, request.segments.count == 1, let asset = all[request.names[0]] else { return nil }
        return asset.answer(request.fields)
    }

    /// A browser keeps it, and asks whether it is still the same: with the next version of the program it isn't.
    private func answer(_ fields: Fields) -> SiteAnswer {
        let isKnown = tag.map { tag in
            Preconditions(fields).verdict(tag: tag, modified: HTTPDate(0)) == .notModified
        }
        var answer =
            isKnown == true ? SiteAnswer(.notModified, type: type, []) : SiteAnswer(.ok, type: type, content)
        answer.fields.set(.cacheControl, "no-cache")
        if let tag { answer.fields.set(.entityTag, tag) }
        return answer
    }
}
