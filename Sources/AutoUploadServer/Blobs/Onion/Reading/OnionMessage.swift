import HTTP
import JSON

/// The request that stood in an onion request.
struct OnionMessage {
    let method: Method
    let target: RequestTarget
    let fields: Fields
    let body: [UInt8]

    /// In a request's JSON: fields of its head, for the most part.
    private static let mostValues = 1000

    /// - Parameter plaintext: an object of JSON with everything.
    /// - Returns: nil for what is no such request.
    init?(v3 plaintext: [UInt8]) {
        guard let json = JSONValue(plaintext, values: Self.mostValues), let endpoint = json["endpoint"]?.text else {
            return nil
        }
        self.init(json, endpoint: endpoint.hasPrefix("/") ? endpoint : "/\(endpoint)", isJSON: true) { method in
            // A GET may have one that means nothing.
            guard method == .post || method == .put else { return [] }
            switch json["body"] {
            case .text(let text)?: return Array(text.utf8)
            case nil, .null?: return []
            default: return nil
            }
        }
    }

    /// - Parameter plaintext: a list in Bencode: an object of JSON, and the body where there is one.
    /// - Returns: nil for what is no such request.
    init?(v4 plaintext: [UInt8]) {
        guard let parts = Bencode.strings(plaintext, most: 2), !parts.isEmpty,
            let json = JSONValue(Array(parts[0]), values: Self.mostValues), let endpoint = json["endpoint"]?.text,
            endpoint.hasPrefix("/")
        else { return nil }
        self.init(json, endpoint: endpoint, isJSON: false) { _ in parts.count == 2 ? Array(parts[1]) : [] }
    }

    private init?(_ json: JSONValue, endpoint: String, isJSON: Bool, body: (Method) -> [UInt8]?) {
        guard let method = json["method"]?.text.flatMap({ Method(Array($0.utf8)) }),
            let target = try? RequestTarget(Array(endpoint.utf8)[...], method: method),
            var fields = Self.fields(json["headers"]), let body = body(method)
        else { return nil }
        if isJSON { fields.set(.contentType, "application/json") }
        (self.method, self.target, self.fields, self.body) = (method, target, fields, body)
    }

    private static func fields(_ json: JSONValue?) -> Fields? {
        var fields = Fields()
        guard let json, json != .null else { return fields }
        guard let members = json.object else { return nil }
        for (name, value) in members {
            let text = value.text ?? value.integer.map { String($0) }
            guard let name = FieldName(Array(name.utf8)), let value = text.flatMap({ FieldValue($0) }) else {
                return nil
            }
            fields.set(name, value)
        }
        return fields
    }
}
