import Domain
import Encodings
import Platform
import Transport

/// What is kept beside a partial's bytes so that a later process can go on with it: what it is, and how much of it is durable.
///
/// The file has a fixed size. A header, sealed by its SHA-256, stands first; two slots follow, each in a block of its own,
/// that are written in turn: whatever a power cut makes of one, the other still states an offset that was durable.
///
///     0      "AUPART1\n", length of the body (u16), body, SHA-256 of all that
///            body: user (text8), then an offer as it travels (docs/PROTOCOL.md, 5.4); a size of 2^64 − 1 isn't known
///     8192   offset (u64), first 16 bytes of SHA-256(SHA-256 of the header, offset)
///     12288  the same
struct PartialRecord: Sendable {
    /// Bytes of the whole file.
    static let byteCount = secondSlot + entryLength
    static let slots = 2

    let offered: OfferedFile
    private let header: [UInt8]
    private let seal: ContentDigest

    private static let magic = Array("AUPART1\n".utf8)
    private static let firstSlot = 8192
    private static let secondSlot = 12_288
    private static let entryLength = 8 + tagLength
    private static let tagLength = 16

    /// - Returns: nil when OpenSSL had no memory.
    init?(_ offered: OfferedFile) {
        var body: [UInt8] = []
        offered.write(to: &body)
        var header = Self.magic
        header.writeInteger(UInt16(truncatingIfNeeded: body.count))
        header += body
        guard let seal = ContentHasher.digest(of: header), header.count + ContentDigest.byteCount <= Self.firstSlot
        else {
            return nil
        }
        self.offered = offered
        self.header = header + seal.bytes
        self.seal = seal
    }

    /// The whole file, with its first durable offset in the first slot and nothing in the second.
    func encoded(offset: UInt64) -> [UInt8]? {
        guard let entry = entry(offset) else { return nil }
        let room = [UInt8](repeating: 0, count: Self.firstSlot - header.count)
        let rest = [UInt8](repeating: 0, count: Self.byteCount - Self.firstSlot - entry.count)
        return header + room + entry + rest
    }

    /// What stands in a slot.
    ///
    /// - Returns: nil when OpenSSL had no memory.
    func entry(_ offset: UInt64) -> [UInt8]? {
        var entry: [UInt8] = []
        entry.writeInteger(offset)
        guard let digest = ContentHasher.digest(of: seal.bytes + entry) else { return nil }
        return entry + digest.bytes.prefix(Self.tagLength)
    }

    /// Where a slot begins in the file.
    static func position(ofSlot slot: Int) -> UInt64 {
        UInt64(slot == 0 ? firstSlot : secondSlot)
    }
}

// MARK: - Reading

extension PartialRecord {
    /// A record as it was found, whoever wrote it and however much of it reached the medium.
    struct Found {
        let record: PartialRecord
        /// Bytes that are durable: more than 0, at most the size.
        let offset: UInt64
        /// The slot that says so: the other one is written next.
        let slot: Int
    }

    /// - Returns: nil when the header isn't whole, or no slot is.
    static func parse(_ bytes: [UInt8]) -> Found? {
        guard bytes.count == byteCount, let record = record(bytes) else { return nil }
        var best: Found?
        for slot in 0..<slots {
            guard let offset = record.offset(bytes, slot), offset > best?.offset ?? 0 else { continue }
            best = Found(record: record, offset: offset, slot: slot)
        }
        return best
    }

    private static func record(_ bytes: [UInt8]) -> PartialRecord? {
        var reader = bytes.span
        guard let magic = reader.takeBytes(magic.count), magic == Self.magic,
            let length: UInt16 = reader.takeInteger(), let body = reader.takeBytes(Int(length)),
            let seal = ContentDigest(takingFrom: &reader)
        else { return nil }
        var fields = body.span
        guard let offered = OfferedFile(takingFrom: &fields), fields.isEmpty else { return nil }
        // Encoding again gives the same bytes, or they weren't ours.
        guard let record = PartialRecord(offered), record.seal == seal,
            record.header.elementsEqual(bytes.prefix(record.header.count))
        else { return nil }
        return record
    }

    private func offset(_ bytes: [UInt8], _ slot: Int) -> UInt64? {
        let start = Int(Self.position(ofSlot: slot))
        let found = bytes.dropFirst(start).prefix(Self.entryLength)
        var reader = Array(found).span
        guard let offset: UInt64 = reader.takeInteger(), offset > 0, offset <= offered.size ?? .max,
            let right = entry(offset), right.elementsEqual(found)
        else { return nil }
        return offset
    }
}
