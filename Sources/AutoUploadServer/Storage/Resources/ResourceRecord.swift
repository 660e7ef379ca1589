import Domain
import Encodings
import Platform
import Transport

/// What is kept of an upload resource, in a file of its own: what it is, and what has become of it since.
///
/// A header, sealed by its SHA-256, stands first, and never changes. What becomes of the upload is added behind it, each
/// thing once and in a place of its own: whatever a power cut makes of one, the rest stands.
///
///     0      "AURSRC1\n", length of the body (u16), body, SHA-256 of all that
///            body: as `ResourceTraits` are written
///     16384  an entry: the client was told of bytes that are durable
///     20480  an entry: the length, of an upload that was begun without
///     24576  an entry: as what it was stored
///            each: length of the value (u16), value, first 16 bytes of SHA-256(SHA-256 of the header, place (u64), value)
struct ResourceRecord: Sendable {
    let traits: ResourceTraits
    /// The file as it is made.
    let header: [UInt8]
    private let seal: ContentDigest

    /// What becomes of an upload.
    enum Entry: UInt64, CaseIterable {
        case begun = 16_384
        case length = 20_480
        case stored = 24_576

        /// Where it stands in the file.
        var position: UInt64 { rawValue }
        /// Bytes that it may take.
        var room: Int { self == .stored ? 8192 : 4096 }
    }

    private static let magic = Array("AURSRC1\n".utf8)
    private static let tagLength = 16
    /// Bytes of a record, at most.
    static let mostBytes = Int(Entry.stored.position) + Entry.stored.room
    /// What is longer says that the client was told of durable bytes, or of the length, or what the upload has become.
    static let longestUntold = Entry.begun.position
    /// What is longer says what the upload has become.
    static let longestUnfinished = Entry.stored.position

    /// - Returns: nil when OpenSSL had no memory, or the traits take too much room.
    init?(_ traits: ResourceTraits) {
        guard traits.note.count <= ResourceTraits.longestNote else { return nil }
        var body: [UInt8] = []
        traits.write(to: &body)
        var header = Self.magic
        header.writeInteger(UInt16(truncatingIfNeeded: body.count))
        header += body
        guard let seal = ContentHasher.digest(of: header),
            header.count + ContentDigest.byteCount <= Int(Entry.begun.position)
        else { return nil }
        self.traits = traits
        self.header = header + seal.bytes
        self.seal = seal
    }

    /// - Returns: nil when OpenSSL had no memory.
    func encoded(_ value: [UInt8], as entry: Entry) -> [UInt8]? {
        var sealed = seal.bytes
        sealed.writeInteger(entry.position)
        guard let digest = ContentHasher.digest(of: sealed + value) else { return nil }
        var bytes: [UInt8] = []
        bytes.writeInteger(UInt16(truncatingIfNeeded: value.count))
        bytes += value + digest.bytes.prefix(Self.tagLength)
        return bytes.count <= entry.room ? bytes : nil
    }
}

// MARK: - Reading

extension ResourceRecord {
    /// A record as it was found, whoever wrote it and however much of it reached the medium.
    struct Found {
        let record: ResourceRecord
        /// Whether the client was told of bytes that are durable.
        let isBegun: Bool
        /// Bytes of the whole file, as far as that is known by now.
        let length: UInt64?
        /// As what it was stored.
        let stored: Stored?
    }

    /// - Returns: nil when the header isn't whole.
    static func parse(_ bytes: [UInt8]) -> Found? {
        guard let record = record(bytes) else { return nil }
        let stored = record.value(.stored, in: bytes).flatMap { value -> Stored? in
            var rest = value.span
            return Stored(takingFrom: &rest)
        }
        let length = record.value(.length, in: bytes).flatMap { value -> UInt64? in
            var rest = value.span
            return rest.takeInteger()
        }
        return Found(
            record: record, isBegun: record.value(.begun, in: bytes) != nil,
            length: record.traits.length ?? length.flatMap { ContentSize.range.contains($0) ? $0 : nil },
            stored: stored)
    }

    private static func record(_ bytes: [UInt8]) -> ResourceRecord? {
        var reader = bytes.span
        guard let magic = reader.takeBytes(magic.count), magic == Self.magic,
            let length: UInt16 = reader.takeInteger(), let body = reader.takeBytes(Int(length))
        else { return nil }
        var fields = body.span
        guard let traits = ResourceTraits(takingFrom: &fields), fields.isEmpty, let record = ResourceRecord(traits),
            // Encoding again gives the same bytes, seal and all, or they weren't ours.
            record.header.elementsEqual(bytes.prefix(record.header.count))
        else { return nil }
        return record
    }

    private func value(_ entry: Entry, in bytes: [UInt8]) -> [UInt8]? {
        let found = Array(bytes.dropFirst(Int(entry.position)).prefix(entry.room))
        var reader = found.span
        guard let length: UInt16 = reader.takeInteger(), let value = reader.takeBytes(Int(length)),
            let right = encoded(value, as: entry), found.starts(with: right)
        else { return nil }
        return value
    }
}
