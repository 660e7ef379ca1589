import Encodings
package import HTTP

/// What is answered about blobs.
package struct BlobAnswer: Sendable {
    package let status: HTTP.Status
    package var fields = Fields()
    package let content: Content

    package enum Content: Sendable {
        case bytes([UInt8])
        /// Sent while it is read.
        case blob(BlobContent)
    }

    init(_ status: HTTP.Status, _ fields: Fields, _ content: Content) {
        (self.status, self.fields, self.content) = (status, fields, content)
    }

    init(_ status: HTTP.Status, type: FieldValue, _ content: Content) {
        (self.status, self.content) = (status, content)
        fields.set(.contentType, type)
    }

    /// - Parameter json: an object.
    init(_ json: JSONText, status: HTTP.Status = .ok) {
        self.init(status, type: "application/json", .bytes(Array(json.text.utf8)))
    }

    package init(_ trouble: BlobTrouble) {
        var json = JSONText()
        json.add("status_code", trouble.status.code)
        self.init(json, status: trouble.status)
        if let seconds = trouble.retryAfter { fields.set(.retryAfter, FieldValue(UInt64(seconds))) }
    }

    /// A blob was kept.
    package init(kept id: BlobID) {
        var json = JSONText()
        json.add("id", id.text)
        self.init(json)
    }

    /// As what takes a blob in JSON says it.
    init(keptEncoded id: BlobID) {
        var json = JSONText()
        if let number = id.number { json.add("result", number) } else { json.add("result", id.text) }
        json.add("status_code", HTTP.Status.ok.code)
        self.init(json)
    }
}
