/// What a client has of a representation already, or wants to be sure of (RFC 9110, section 13), for GET and HEAD.
package struct Preconditions: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        /// - heedsRange: whether Range counts, if it is there.
        case proceeds(heedsRange: Bool)
        /// 304: the client has it.
        case notModified
        /// 412
        case failed
    }

    private let fields: Fields

    package init(_ fields: Fields) {
        self.fields = fields
    }

    /// In the order of section 13.2.2.
    ///
    /// - Parameters:
    ///   - tag: a strong one: it changes with each byte.
    ///   - modified: when it was last modified.
    package func verdict(tag: FieldValue, modified: HTTPDate) -> Verdict {
        if let isMatch = isMatch(.ifMatch, tag, weakly: false) {
            if !isMatch { return .failed }
        } else if let date = date(.ifUnmodifiedSince), modified > date {
            return .failed
        }
        if let isKnown = isMatch(.ifNoneMatch, tag, weakly: true) {
            if isKnown { return .notModified }
        } else if let date = date(.ifModifiedSince), modified <= date {
            return .notModified
        }
        return .proceeds(heedsRange: isRangeStillOf(tag, modified))
    }

    /// - Returns: nil where the field isn't there.
    private func isMatch(_ name: FieldName, _ tag: FieldValue, weakly: Bool) -> Bool? {
        if fields.values(of: name).isEmpty { return nil }
        return fields.elements(of: name).contains { element in
            element == [UInt8(ascii: "*")] || element == tag.bytes || (weakly && element == weak + tag.bytes)
        }
    }

    /// If-Range: a part is of use only to who has the rest of the same.
    private func isRangeStillOf(_ tag: FieldValue, _ modified: HTTPDate) -> Bool {
        let values = fields.values(of: .ifRange)
        guard let value = values.first else { return true }
        guard values.count == 1 else { return false }
        return value == tag || HTTPDate(value.bytes) == modified
    }

    private func date(_ name: FieldName) -> HTTPDate? {
        guard let value = try? fields.single(name) else { return nil }
        return HTTPDate(value.bytes)
    }
}

/// Before the tag of what is the same for a person only.
private let weak = Array("W/".utf8)
