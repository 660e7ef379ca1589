import HTTP

/// Which piece of which file a form brings, as the fields before its file say: Dropzone's (`dz…`) and Fine Uploader's (`qq…`) send
/// large files so, each piece in a form of its own.
struct FormChunk: Hashable {
    /// The client's own name for the upload, the same in all of its pieces.
    let upload: [UInt8]
    /// Where the piece begins in the file.
    let offset: UInt64
    /// Bytes of the piece.
    let length: UInt64
    /// Bytes of the file.
    let total: UInt64

    var end: UInt64 { offset + length }
    var isLast: Bool { end == total }

    /// The names of a client's fields.
    private struct Dialect {
        let upload: String
        let offset: String
        let size: String
        let total: String
        /// Says nothing that the others don't.
        let others: [String]

        /// What only a piece has: Fine Uploader names the upload and the total with whole files, too.
        var ofPieces: [String] { [offset, size] + others }
    }

    private static let dialects = [
        Dialect(
            upload: "dzuuid", offset: "dzchunkbyteoffset", size: "dzchunksize", total: "dztotalfilesize",
            others: ["dzchunkindex", "dztotalchunkcount"]),
        Dialect(
            upload: "qquuid", offset: "qqpartbyteoffset", size: "qqchunksize", total: "qqtotalfilesize",
            others: ["qqpartindex", "qqtotalparts"]),
    ]

    /// Fine Uploader's name of the file, whose own is "blob" for a piece.
    static let fileName = "qqfilename"

    /// The fields that stand before a file.
    static let fieldNames = Set(dialects.flatMap { [$0.upload, $0.total] + $0.ofPieces } + [fileName])

    /// Whether a field is there only where a piece of a file follows.
    static func isOfPiece(_ name: String) -> Bool { dialects.contains { $0.ofPieces.contains(name) } }

    /// - Returns: nil where the form's file is whole.
    init?(_ fields: [String: [UInt8]]) throws(WebRefusal) {
        let named = Self.dialects.first { $0.ofPieces.contains { fields[$0] != nil } }
        guard let dialect = named else { return nil }
        guard let upload = fields[dialect.upload], !upload.isEmpty,
            let offset = Self.number(fields[dialect.offset]), let size = Self.number(fields[dialect.size]),
            let total = Self.number(fields[dialect.total]), size > 0, offset < total
        else {
            throw WebRefusal(
                .badRequest,
                "of a piece of a file the fields \(dialect.upload), \(dialect.offset), \(dialect.size) and "
                    + "\(dialect.total) are to say which it is")
        }
        (self.upload, self.offset, self.total) = (upload, offset, total)
        // Dropzone says of the last piece how large the others are.
        length = min(size, total - offset)
    }

    private static func number(_ field: [UInt8]?) -> UInt64? {
        guard let field, field.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(String(decoding: field, as: UTF8.self)).map(UInt64.init)
    }
}
