package import S3

/// A part of an upload that an engine has.
package struct UploadedPart: Hashable, Sendable {
    package let number: Int
    package let size: UInt64
    /// Without quotation marks: of a part that was sent as it is, its MD5.
    package let tag: String

    package init(number: Int, size: UInt64, tag: String) { (self.number, self.size, self.tag) = (number, size, tag) }
}

/// What an engine says of an object.
package struct ObjectFacts: Hashable, Sendable {
    package let size: UInt64
    /// Without quotation marks.
    package let tag: String
}

/// An upload that an engine knows, and that hasn't been completed.
package struct OpenUpload: Hashable, Sendable {
    package let key: ObjectKey
    package let token: UploadToken
    /// Unix seconds; nil: it doesn't say.
    package let begun: Int64?
}

/// A tag as it is compared: engines write it in quotation marks or not.
package func plainTag(_ text: String) -> String {
    text.hasPrefix("\"") && text.hasSuffix("\"") && text.utf8.count >= 2 ? String(text.dropFirst().dropLast()) : text
}
