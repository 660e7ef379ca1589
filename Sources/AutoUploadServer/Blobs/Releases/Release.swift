import Encodings
import JSON

/// The number of a release: three numbers, in their order.
struct ReleaseVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let numbers: [UInt32]

    /// - Parameter tag: `1.2.3` or `v1.2.3`.
    init?(tag: String) {
        let parts = tag.drop { $0 == "v" }.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in part.allSatisfy(\.isWholeNumber) ? UInt32(part) : nil }
        guard parts.count == 3, numbers.count == 3, tag.prefix(2) != "vv" else { return nil }
        self.numbers = numbers
    }

    static func < (left: ReleaseVersion, right: ReleaseVersion) -> Bool {
        left.numbers.lexicographicallyPrecedes(right.numbers)
    }

    var description: String { numbers.map(String.init).joined(separator: ".") }
}

/// A release of a client program.
struct Release: Sendable {
    let version: ReleaseVersion
    private let name: String?
    private let notes: String?
    private let assets: [(name: String, url: String)]

    /// - Parameter json: as GitHub describes a release.
    init?(_ json: JSONValue) {
        guard let version = json["tag_name"]?.text.flatMap(ReleaseVersion.init) else { return nil }
        self.version = version
        (name, notes) = (json["name"]?.text, json["body"]?.text)
        assets = (json["assets"]?.array ?? []).compactMap { asset in
            guard let name = asset["name"]?.text, let url = asset["browser_download_url"]?.text else { return nil }
            return (name, url)
        }
    }

    /// - Parameter updated: Unix seconds.
    func write(to json: inout JSONText, updated: Int64) {
        json.add("updated", updated)
        json.add("result", version.description)
        json.add("name", name)
        json.add("notes", notes)
        let list = assets.map { asset in
            var json = JSONText()
            json.add("name", asset.name)
            json.add("url", asset.url)
            return json.text
        }
        json.add("assets", json: "[" + list.joined(separator: ",") + "]")
    }
}

/// The newest releases of a client program.
struct Releases: Sendable {
    let latest: Release
    /// One that is newer, and not for everybody yet.
    let prerelease: Release?

    /// - Parameter content: a list as GitHub's API of releases gives it.
    /// - Returns: nil for what isn't one, or has no release that is for everybody.
    init?(_ content: [UInt8]) {
        guard let list = JSONValue(content, depth: 12)?.array else { return nil }
        let published = list.filter { $0["draft"]?.isTrue != true }
        let newest = { (isPrerelease: Bool) in
            published.filter { ($0["prerelease"]?.isTrue == true) == isPrerelease }.compactMap(Release.init)
                .max { $0.version < $1.version }
        }
        guard let latest = newest(false) else { return nil }
        self.latest = latest
        prerelease = newest(true).flatMap { latest.version < $0.version ? $0 : nil }
    }

    /// - Parameter updated: Unix seconds.
    func json(updated: Int64) -> JSONText {
        var json = JSONText()
        json.add("status_code", 200)
        latest.write(to: &json, updated: updated)
        if let prerelease {
            var inner = JSONText()
            prerelease.write(to: &inner, updated: updated)
            json.add("prerelease", json: inner.text)
        }
        return json
    }
}
