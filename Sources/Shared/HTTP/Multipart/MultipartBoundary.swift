/// What parts the parts of a form, as the request's Content-Type names it (RFC 2046, section 5.1.1; RFC 7578).
package struct MultipartBoundary: Hashable, Sendable {
    /// Why a Content-Type names none.
    package enum Flaw: Error, Hashable, Sendable {
        /// The type is another one, or none at all.
        case notFormData
        case malformed(ParameterizedValue.Flaw)
        case missing
        case empty
        case tooLong
        case forbiddenByte(UInt8)
        case trailingSpace
    }

    package static let maximumLength = 70

    package let bytes: [UInt8]

    /// - Parameter contentType: the value of the request's Content-Type.
    package init(contentType: [UInt8]) throws(Flaw) {
        let value: ParameterizedValue
        do throws(ParameterizedValue.Flaw) {
            value = try ParameterizedValue(contentType)
        } catch {
            throw .malformed(error)
        }
        guard value.value == "multipart/form-data" else { throw .notFormData }
        guard let boundary = value.parameters["boundary"] else { throw .missing }
        try self.init(boundary)
    }

    /// - Parameter bytes: no backslash escapes anything in them: a boundary has none.
    package init(_ bytes: [UInt8]) throws(Flaw) {
        guard let last = bytes.last else { throw .empty }
        guard bytes.count <= Self.maximumLength else { throw .tooLong }
        if let other = bytes.first(where: { !Self.isAllowed($0) && $0 != space }) { throw .forbiddenByte(other) }
        guard last != space else { throw .trailingSpace }
        self.bytes = bytes
    }

    /// `bcharsnospace` of RFC 2046. Senders should quote some of them in Content-Type, and don't always.
    static func isAllowed(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "'()+_,-./:=?".utf8.contains(byte)
    }
}

private let space = UInt8(ascii: " ")

extension MultipartBoundary.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFormData: "Content-Type isn't multipart/form-data"
        case .malformed(let flaw): "Content-Type: \(flaw)"
        case .missing: "Content-Type names no boundary"
        case .empty: "the boundary is empty"
        case .tooLong: "the boundary is longer than \(MultipartBoundary.maximumLength) bytes"
        case .forbiddenByte(let byte): "the boundary has the byte \(byte), which none may have"
        case .trailingSpace: "the boundary ends with a space"
        }
    }
}
