/// What the fields of a tus request say.
package enum TusRequest {
    /// The method that counts: some networks let no PATCH or DELETE through.
    package static func method(_ stated: Method, _ fields: Fields) throws(TusFlaw) -> Method {
        guard let name = try single(.methodOverride, fields) else { return stated }
        guard stated == .post, let method = Method(name.bytes) else {
            throw TusFlaw(.badRequest, "X-HTTP-Method-Override is for POST, and names a method")
        }
        return method
    }

    /// - Returns: nil where the field isn't there.
    package static func number(_ name: FieldName, _ fields: Fields) throws(TusFlaw) -> UInt64? {
        guard let value = try single(name, fields) else { return nil }
        let digits = value.bytes
        guard !digits.isEmpty, digits.allSatisfy(isDigit), let number = Int64(value.text) else {
            throw TusFlaw(.badRequest, "\(name) isn't a number of bytes")
        }
        return UInt64(number)
    }

    package static func single(_ name: FieldName, _ fields: Fields) throws(TusFlaw) -> FieldValue? {
        do throws(Fields.Repeated) {
            return try fields.single(name)
        } catch {
            throw TusFlaw(.badRequest, error.description)
        }
    }

    /// - Throws: 415 where a body isn't declared as bytes of an upload.
    static func requireBytes(_ fields: Fields) throws(TusFlaw) {
        let type = try single(.contentType, fields)?.text.split(separator: ";").first.map(String.init)
        guard type?.lowercased() == "application/offset+octet-stream" else {
            throw TusFlaw(.unsupportedMediaType, "the body's type is to be application/offset+octet-stream")
        }
    }
}

/// A POST that makes an upload.
package struct TusPost: Hashable, Sendable {
    /// Bytes of the whole; nil: it is said later.
    package let length: UInt64?
    /// Bytes of the content, the first of the upload; nil: its end will show it.
    package let contentLength: UInt64?

    package init(_ fields: Fields, _ framing: BodyFraming) throws(TusFlaw) {
        length = try TusRequest.number(.uploadLength, fields)
        let deferred = try TusRequest.single(.uploadDeferLength, fields)
        guard deferred == nil || deferred == "1", (deferred == nil) != (length == nil) else {
            throw TusFlaw(.badRequest, "Upload-Length or Upload-Defer-Length: 1 is needed")
        }
        contentLength = framing.statedLength
        if contentLength != 0 { try TusRequest.requireBytes(fields) }
        if let contentLength, let length, contentLength > length { throw .beyondLength }
    }
}

/// A PATCH: bytes that follow those that have come.
package struct TusPatch: Hashable, Sendable {
    package let offset: UInt64
    /// Bytes of the whole, of an upload that was made without that; nil: nothing is said.
    package let length: UInt64?
    /// Bytes of the content; nil: its end will show it.
    package let contentLength: UInt64?

    package init(_ fields: Fields, _ framing: BodyFraming) throws(TusFlaw) {
        try TusRequest.requireBytes(fields)
        guard let offset = try TusRequest.number(.uploadOffset, fields) else {
            throw TusFlaw(.badRequest, "Upload-Offset is needed")
        }
        self.offset = offset
        length = try TusRequest.number(.uploadLength, fields)
        contentLength = framing.statedLength
    }
}

extension BodyFraming {
    /// Bytes of the content; nil: its end will show it.
    fileprivate var statedLength: UInt64? {
        switch self {
        case .none: 0
        case .length(let length): length
        case .chunked: nil
        }
    }
}
