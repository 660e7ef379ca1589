/// What a message's own Content-Disposition says (RFC 6266).
package enum ContentDisposition {
    /// The file's name, by the rules of forms (`FileNameRules`): clients write both alike.
    ///
    /// - Returns: nil where there is none.
    package static func fileName(_ fields: Fields) throws(PartHead.Flaw) -> [UInt8]? {
        guard let value = fields.combined(.contentDisposition) else { return nil }
        let parameters: [String: [UInt8]]
        do throws(ParameterizedValue.Flaw) {
            parameters = try ParameterizedValue(value.bytes).parameters
        } catch {
            throw .malformedParameters(field: "Content-Disposition", error)
        }
        return try FileNameRules(parameters: parameters, isTypeFirst: false).fileName()
    }
}
