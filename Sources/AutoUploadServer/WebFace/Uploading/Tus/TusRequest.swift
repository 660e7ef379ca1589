import HTTP

/// What the fields of a tus request say.
enum TusRequest {
    /// The method that counts: some networks let no PATCH or DELETE through.
    static func method(_ head: RequestHead) throws(WebTrouble) -> Method {
        guard let name = try single(.methodOverride, head) else { return head.method }
        guard head.method == .post, let method = Method(name.bytes) else {
            throw .refused(WebRefusal(.badRequest, "X-HTTP-Method-Override is for POST, and names a method"))
        }
        return method
    }

    /// - Returns: nil where the field isn't there.
    static func number(_ name: FieldName, _ head: RequestHead) throws(WebTrouble) -> UInt64? {
        guard let value = try single(name, head) else { return nil }
        let digits = value.bytes
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(value.text) else {
            throw .refused(WebRefusal(.badRequest, "\(name) isn't a number of bytes"))
        }
        return UInt64(number)
    }

    static func single(_ name: FieldName, _ head: RequestHead) throws(WebTrouble) -> FieldValue? {
        do throws(Fields.Repeated) {
            return try head.fields.single(name)
        } catch {
            throw .refused(WebRefusal(.badRequest, error.description))
        }
    }

    /// - Throws: 415 where a body isn't declared as bytes of an upload.
    static func requireBytes(_ head: RequestHead) throws(WebTrouble) {
        let type = try single(.contentType, head)?.text.split(separator: ";").first.map(String.init)
        guard type?.lowercased() == "application/offset+octet-stream" else {
            throw .refused(
                WebRefusal(.unsupportedMediaType, "the body's type is to be application/offset+octet-stream"))
        }
    }

    /// - Throws: 413 where the head says already that more comes than the upload is to have.
    static func requireFit(_ head: RequestHead, at offset: UInt64, of length: UInt64?) throws(WebTrouble) {
        guard case .length(let count) = head.framing, let length else { return }
        if count > length - min(offset, length) { throw .refused(.beyondLength) }
    }
}
