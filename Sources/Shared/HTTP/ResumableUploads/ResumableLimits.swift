/// What an upload is to keep to: the field Upload-Limit (section 4.1.4 of the draft). Nil: no limit.
package struct ResumableLimits: Hashable, Sendable {
    /// Bytes of an upload.
    package var maxSize: UInt64?
    package var minSize: UInt64?
    /// Bytes of a request's content.
    package var maxAppendSize: UInt64?
    /// Of a request that neither completes its upload nor creates one without content.
    package var minAppendSize: UInt64?
    /// Seconds for which the upload is kept.
    package var maxAge: UInt64?

    package init(
        maxSize: UInt64? = nil, minSize: UInt64? = nil, maxAppendSize: UInt64? = nil, minAppendSize: UInt64? = nil,
        maxAge: UInt64? = nil
    ) {
        (self.maxSize, self.minSize) = (maxSize, minSize)
        (self.maxAppendSize, self.minAppendSize) = (maxAppendSize, minAppendSize)
        self.maxAge = maxAge
    }

    /// The field's value. Without any limit it says so, as an empty one would be none.
    package var field: FieldValue {
        var dictionary = StructuredDictionary()
        for (key, limit) in [
            ("max-size", maxSize), ("min-size", minSize), ("max-append-size", maxAppendSize),
            ("min-append-size", minAppendSize), ("max-age", maxAge),
        ] {
            guard let limit else { continue }
            dictionary.set(key, StructuredMember(.integer(Self.integer(limit))))
        }
        if dictionary.entries.isEmpty { dictionary.set("min-size", StructuredMember(.integer(0))) }
        return (try? dictionary.encoded()) ?? "min-size=0"
    }

    /// A larger number can't be written, nor be sent in a life.
    private static func integer(_ limit: UInt64) -> Int64 {
        Int64(min(limit, UInt64(StructuredNumber.range.upperBound)))
    }
}

extension ResumableLimits {
    /// - Parameters:
    ///   - length: of the whole upload, as far as it is known.
    ///   - isCreation: whether the request creates the upload.
    func refusal(of request: ResumableRequest, length: UInt64?, isCreation: Bool) -> ResumableRefusal? {
        if let maxSize, let length, length > maxSize { return .tooLarge(limit: maxSize) }
        guard let content = request.contentLength else { return nil }
        if let maxAppendSize, content > maxAppendSize { return .appendTooLarge(limit: maxAppendSize) }
        let isExempt = request.completes == true || isCreation && content == 0
        if let minAppendSize, content < minAppendSize, !isExempt { return .appendTooSmall(limit: minAppendSize) }
        return nil
    }
}
