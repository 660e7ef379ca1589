internal import XML

/// What a bucket lets pages of other servers do (CORS).
package struct CORSRule: Hashable, Sendable {
    package var origins: [String]
    package var methods: [String]
    package var headers: [String]
    package var exposed: [String]
    /// Seconds that a browser may keep the answer.
    package var seconds: Int

    package init(origins: [String], methods: [String], headers: [String], exposed: [String], seconds: Int) {
        (self.origins, self.methods, self.headers) = (origins, methods, headers)
        (self.exposed, self.seconds) = (exposed, seconds)
    }

    var text: String {
        let lists = [
            ("AllowedOrigin", origins), ("AllowedMethod", methods), ("AllowedHeader", headers),
            ("ExposeHeader", exposed),
        ]
        let items = lists.map { name, values in values.map { "<\(name)>\(xmlText($0))</\(name)>" }.joined() }
        return "<CORSRule>\(items.joined())<MaxAgeSeconds>\(seconds)</MaxAgeSeconds></CORSRule>"
    }

    init(_ element: XMLElement) {
        func values(_ name: String) -> [String] { element.all(name).map(\.text) }
        self.init(
            origins: values("AllowedOrigin"), methods: values("AllowedMethod"), headers: values("AllowedHeader"),
            exposed: values("ExposeHeader"), seconds: Int(element["MaxAgeSeconds"]?.text ?? "") ?? 0)
    }

    /// Whether two say the same, in whatever order and letters: engines give lists back as they like.
    package func isSame(as other: CORSRule) -> Bool {
        Set(origins) == Set(other.origins) && Set(methods) == Set(other.methods) && seconds == other.seconds
            && Set(headers.map { $0.lowercased() }) == Set(other.headers.map { $0.lowercased() })
            && Set(exposed.map { $0.lowercased() }) == Set(other.exposed.map { $0.lowercased() })
    }
}
