import Catalogue
import Encodings
import HTTP
import Platform
import Transport

/// Who has asked for addresses that aren't there of late.
struct LinkMisses {
    private var misses: [AddressGroup: (count: Int, end: Instant)] = [:]

    /// In `seconds`, of one site (an IPv4 address, a /48 network of IPv6). One who has them all tries 43,200 a day, of the 2^48 that a name's
    /// address has, and of the 2^128 of the others.
    static let most = 30
    static let seconds = 60.0
    private static let capacity = 10_000

    func mayTry(_ group: AddressGroup, now: Instant = .now) -> Bool {
        guard let miss = misses[group.site], now < miss.end else { return true }
        return miss.count < Self.most
    }

    mutating func note(_ group: AddressGroup, now: Instant = .now) {
        if misses.count >= Self.capacity { misses = misses.filter { now < $0.value.end } }
        guard misses.count < Self.capacity || misses[group.site] != nil else { return }
        let before = misses[group.site].flatMap { now < $0.end ? $0 : nil }
        misses[group.site] = (
            (before?.count ?? 0) + 1, before?.end ?? now.advanced(bySeconds: Self.seconds)
        )
    }
}

/// Who has had what by a link of late: what follows within an hour, from the same address, is the same download.
struct LinkUses {
    private struct Key: Hashable {
        let id: LinkID
        let group: AddressGroup
    }

    private var uses: [Key: Instant] = [:]

    static let seconds = 3600.0
    private static let capacity = 10_000

    func goesOn(_ id: LinkID, _ group: AddressGroup, now: Instant = .now) -> Bool {
        uses[Key(id: id, group: group)].map { now < $0 } ?? false
    }

    mutating func note(_ id: LinkID, _ group: AddressGroup, now: Instant = .now) {
        if uses.count >= Self.capacity { uses = uses.filter { now < $0.value } }
        guard uses.count < Self.capacity else { return }
        uses[Key(id: id, group: group)] = now.advanced(bySeconds: Self.seconds)
    }
}

/// What a browser shows once it has given a link's password: good for an hour, for that link, as long as its password is the same.
struct LinkPasses: Sendable {
    private let key: KeyedHash

    private static let seconds: Int64 = 3600
    private static let name: StaticString = "__Host-auto-upload-link"

    init(key: KeyedHash) {
        self.key = key
    }

    func pass(for link: Link, now: Int64 = currentUnixTime()) -> FieldValue {
        let end = now + Self.seconds
        return OwnCookie.setting(Self.name, to: "\(end)-\(mark(link, end))")
    }

    func isOpened(_ link: Link, _ fields: Fields, now: Int64 = currentUnixTime()) -> Bool {
        guard let (end, mark) = shown(fields), now < end else { return false }
        return SecretBytes(self.mark(link, end).utf8).isEqual(to: SecretBytes(mark.utf8))
    }

    /// Whether half of its time is over.
    func isOld(_ fields: Fields, now: Int64 = currentUnixTime()) -> Bool {
        shown(fields).map { $0.end - now < Self.seconds / 2 } ?? false
    }

    private func shown(_ fields: Fields) -> (end: Int64, mark: Substring)? {
        guard let cookie = fields.cookie(Self.name) else { return nil }
        let parts = String(decoding: cookie, as: UTF8.self).split(separator: "-")
        guard parts.count == 2, let end = Int64(parts[0]), (0...Self.latest).contains(end) else { return nil }
        return (end, parts[1])
    }

    /// Nobody was given a later one: nothing overflows.
    private static let latest = Int64.max / 2

    /// Empty, which nobody shows, where OpenSSL has no memory.
    private func mark(_ link: Link, _ end: Int64) -> String {
        let parts = [Array(link.id.text.utf8), Array((link.password ?? "").utf8), Array(String(end).utf8)]
        return key.hash(of: parts).map(hexadecimal) ?? ""
    }
}
