import AdminSite
import Domain
import HTTP
import Platform
import Storage

/// What an answer sends of a stored file, while it is read: it never stands in memory as a whole.
struct ServedFile {
    let download: Download
    let pieces: [Piece]

    enum Piece {
        /// What stands around parts.
        case bytes([UInt8])
        case part(Range<UInt64>)

        fileprivate var length: UInt64 {
            switch self {
            case .bytes(let bytes): UInt64(bytes.count)
            case .part(let range): range.upperBound - range.lowerBound
            }
        }
    }

    /// Bytes.
    var length: UInt64 { pieces.reduce(0) { $0.addingReportingOverflow($1.length).partialValue } }

    /// The first byte of the file that is sent.
    var start: UInt64 {
        for case .part(let range) in pieces { return range.lowerBound }
        return 0
    }
}

extension WebAnswer {
    /// A stored file, or the parts of it that are asked for, or that the client has it already.
    init(_ download: Download, to head: RequestHead) {
        let representation = Representation(download)
        let verdict = Preconditions(head.fields).verdict(
            tag: representation.tag, modified: representation.modified)
        switch verdict {
        case .notModified: self.init(.notModified, representation.fields)
        case .failed: self.init(WebRefusal(.preconditionFailed, "the file isn't the one that was asked for any more"))
        case .proceeds(let heedsRange):
            // Of HEAD a range says nothing (RFC 9110, section 14.2).
            let isPart = heedsRange && head.method == .get
            self = representation.answer(isPart ? (try? head.fields.single(.range)) ?? nil : nil)
        }
    }
}

/// A stored file as HTTP speaks of it.
private struct Representation {
    private let download: Download
    let tag: FieldValue
    let modified: HTTPDate

    init(_ download: Download) {
        self.download = download
        let status = download.content.status
        modified = HTTPDate(status.modified.seconds)
        // What is stored is never written to again: another content is another inode, or has another time.
        let state =
            download.digest.map(\.description)
            ?? [
                status.size, status.identity.inode, UInt64(bitPattern: status.modified.seconds),
                UInt64(status.modified.nanoseconds), UInt64(bitPattern: status.changed.seconds),
                UInt64(status.changed.nanoseconds),
            ].map { String($0, radix: 16) }.joined(separator: "-")
        tag = FieldValue("\"\(state)\"") ?? "\"\""
    }

    private var type: FieldValue {
        download.disposition == .inline
            ? PlayableType(ofFile: download.name)?.field ?? PlayableType.none : PlayableType.none
    }

    /// Whatever a file holds, it runs nothing here: it is saved, or played by its type alone, and where a browser shows it by itself, in a
    /// sandbox.
    var fields: Fields {
        var fields = Fields()
        fields.set(.entityTag, tag)
        fields.set(.lastModified, modified.value)
        fields.set(.acceptRanges, "bytes")
        fields.set(.cacheControl, "private, no-cache")
        fields.set(.contentSecurityPolicy, "default-src 'none'; sandbox")
        fields.set(FieldName("Cross-Origin-Resource-Policy"), "same-origin")
        fields.set(.contentDisposition, download.disposition.value(naming: download.name))
        if let digest = download.digest {
            fields.set(.reprDigest, StatedDigests.value("sha-256", digest.bytes))
        }
        return fields
    }

    func answer(_ range: FieldValue?) -> WebAnswer {
        let size = download.content.size
        guard let range, let ranges = ByteRanges(range) else { return whole }
        switch ranges.selection(of: size) {
        case .whole: return whole
        case .unsatisfiable:
            var refusal = WebRefusal(.rangeNotSatisfiable, "the file has \(size) bytes")
            refusal.fields.set(.contentRange, ContentRange.unsatisfiable(of: size))
            return WebAnswer(refusal)
        case .parts(let parts):
            guard parts.count == 1, let part = parts.first else { return answer(parts) }
            var fields = fields
            fields.set(.contentType, type)
            fields.set(.contentRange, ContentRange.value(part, of: size))
            return WebAnswer(.partialContent, fields, content([.part(part)]))
        }
    }

    private var whole: WebAnswer {
        var fields = fields
        fields.set(.contentType, type)
        return WebAnswer(.ok, fields, content([.part(0..<download.content.size)]))
    }

    private func answer(_ parts: [Range<UInt64>]) -> WebAnswer {
        let boundary =
            String(UInt64.random(in: 0 ... .max), radix: 16) + String(UInt64.random(in: 0 ... .max), radix: 16)
        let around = RangeParts(boundary: boundary, type: type, length: download.content.size)
        let pieces = parts.flatMap { [ServedFile.Piece.bytes(around.start(of: $0)), .part($0)] }
        var fields = fields
        fields.set(.contentType, around.contentType)
        return WebAnswer(.partialContent, fields, content(pieces + [.bytes(around.end)]))
    }

    private func content(_ pieces: [ServedFile.Piece]) -> WebAnswer.Content {
        .file(ServedFile(download: download, pieces: pieces))
    }
}
