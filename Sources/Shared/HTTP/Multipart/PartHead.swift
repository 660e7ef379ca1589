/// What stands before a part's content: the fields that a server has to know of. Others mean nothing (RFC 7578, section 4.8).
package struct PartHead: Hashable, Sendable {
    /// Why bytes aren't a part's head, or one whose content can't be taken as it is.
    package enum Flaw: Error, Hashable, Sendable {
        case tooManyFields(limit: Int)
        /// A line isn't NAME: VALUE, or has a bare CR or LF, or NUL.
        case malformedField
        /// A delimiter stands where fields are expected.
        case delimiterInside
        case repeatedField(String)
        case malformedParameters(field: String, ParameterizedValue.Flaw)
        /// The file's name is there in a way that nobody uses for forms (RFC 2231 continuations): to pass over it would
        /// make a field of a file.
        case unsupportedParameter(String)
        /// `filename*` isn't what RFC 8187 says, and there is no other name.
        case malformedFileName
        /// The content is base64 or the like, not the file's own bytes (RFC 7578, section 4.7, says not to).
        case encoded(String)
        /// Several files in one part (RFC 7578, section 4.3, says not to).
        case nested
    }

    /// The form field's name.
    package let name: String?
    /// What the part's file is called, in UTF-8; see `FileNameRules`. It is as untrusted as before: it may hold slashes, also
    /// lead elsewhere.
    ///
    /// nil for what isn't a file, but a form's field; empty for a file without a name, which browsers also send, without any
    /// content, where none was chosen.
    package let fileName: [UInt8]?
    package let contentType: String?

    /// - Parameter bytes: up to the blank line, and with it.
    init(_ bytes: [UInt8], delimiter: MultipartDelimiter, maximumFields: Int) throws(Flaw) {
        let fields = try PartFields(bytes, delimiter: delimiter, maximumFields: maximumFields)
        if let encoding = try fields.value(of: "content-transfer-encoding") {
            let encoding = lowercasedText(encoding[...])
            guard Self.plainEncodings.contains(encoding) else { throw .encoded(encoding) }
        }
        contentType = try fields.value(of: "content-type").map(headerText)
        let disposition = try Self.disposition(in: fields)
        let rules = FileNameRules(
            parameters: disposition?.parameters ?? [:], isTypeFirst: fields.isFirst("content-type"))
        name = rules.fieldName()
        fileName = try rules.fileName()
        if fileName == nil, let contentType, contentType.lowercased().hasPrefix("multipart/") { throw .nested }
    }

    /// Encodings that leave the bytes as they are.
    private static let plainEncodings: Set = ["7bit", "8bit", "binary"]

    private static func disposition(in fields: PartFields) throws(Flaw) -> ParameterizedValue? {
        guard let value = try fields.value(of: "content-disposition") else { return nil }
        do throws(ParameterizedValue.Flaw) {
            return try ParameterizedValue(value)
        } catch {
            throw .malformedParameters(field: "Content-Disposition", error)
        }
    }
}

extension PartHead.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooManyFields(let limit): "there are more than \(limit) fields"
        case .malformedField: "a line isn't NAME: VALUE with a line end (CR LF)"
        case .delimiterInside: "the blank line after the fields is missing"
        case .repeatedField(let name): "the field “\(name)” is there twice"
        case .malformedParameters(let field, let flaw): "\(field): \(flaw)"
        case .unsupportedParameter(let name): "the file's name is given as “\(name)”, which isn't supported"
        case .malformedFileName: "“filename*” isn't written as RFC 8187 says"
        case .encoded(let encoding): "the content is sent as “\(encoding)”; only plain bytes (binary) are taken"
        case .nested: "it has several files in it (multipart/mixed); each has to be a part of its own"
        }
    }
}
