import Catalogue
import Connections
import Domain
import HTTP
import Platform
import SQLite
import Storage

/// What a link lets one request add. Its end, and what it may take in all, count for what is under way, too: they are looked at while it
/// comes, and once more, in one step with the counting, before it is stored.
final class LinkBounds: Sendable {
    let id: LinkID
    private let drops: LinkDrops
    private let catalogue: Catalogue
    private let vault: Vault
    private let seen: Monitor<(link: Link, at: Instant)>

    /// Seconds after which it is looked whether it is good still.
    private static let pause = 1.0

    init(_ link: Link, _ drops: LinkDrops, _ services: Services) {
        (id, self.drops) = (link.id, drops)
        (catalogue, vault) = (services.catalogue, services.vault)
        seen = Monitor((link, .now))
    }

    /// As it was last seen.
    var link: Link { seen.withLock { $0.link } }

    /// Whether each file needs the answer to a challenge.
    var needsProof: Bool { link.needsProof }

    var challenge: (AddressGroup) -> ProofOfWork.Challenge? { drops.challenge }

    // MARK: Beginning

    /// - Throws: 401 where it is missing, 403 where it is wrong or was used.
    func requireProof(_ answer: [UInt8]?, from group: AddressGroup) throws(WebRefusal) {
        guard link.needsProof else { return }
        guard let answer else {
            throw WebRefusal(
                .unauthorized, "each file needs the answer to a challenge (Altcha): see challenge beside this")
        }
        try drops.requireProof(answer, from: group)
    }

    /// An upload is under way.
    ///
    /// - Parameters:
    ///   - bytes: that it has, as far as they are known by now.
    ///   - isKept: whether it outlives its request.
    func claim(_ upload: UploadID, _ bytes: UInt64, isKept: Bool) throws(WebRefusal) {
        let link = link
        if let largest = link.largest, bytes > largest {
            throw Self.over(.contentTooLarge, "by this link a file may have at most \(largest) bytes")
        }
        let claim = DropClaims.Claim(upload: upload, bytes: bytes, isKept: isKept)
        switch drops.claims.add(claim, to: link, looking: { kept(link.user) }) {
        case nil: break
        case .tooManyAtATime:
            throw WebRefusal(.serviceUnavailable, "too many uploads at a time by this link", retryAfter: 30)
        case .noMoreFiles: throw Self.over(.contentTooLarge, "this link takes no more files")
        case .noMoreBytes:
            throw Self.over(.contentTooLarge, "this link takes no more bytes than have come, or are on the way")
        }
    }

    private func kept(_ user: FileName) -> [UploadID: UInt64] {
        let all = (try? vault.unfinishedResources(of: user)) ?? []
        let own = all.filter { $0.traits.dropMark?.link == id }
        return Dictionary(own.map { ($0.traits.id, $0.length ?? 0) }) { $1 }
    }

    /// - Throws: 404 where it isn't good any more: what comes needn't go on.
    func requireGood() throws(WebRefusal) {
        let isDue = seen.withLock { seen in
            guard Instant.now.seconds(since: seen.at) >= Self.pause else { return false }
            seen.at = .now
            return true
        }
        // A catalogue that can't be asked just now is asked before the file is stored.
        if isDue { try lookAgain() }
        if link.isOver(at: currentUnixTime()) { throw Self.isOver }
    }

    private func lookAgain() throws(WebRefusal) {
        let found = Result { () throws(CatalogueError) in
            try catalogue.read { connection throws(SQLiteError) in try connection.link(id) }
        }
        guard case .success(let link) = found else { return }
        guard let link else { throw Self.isOver }
        seen.withLock { $0.link = link }
    }

    // MARK: Ending

    /// Counts a file that is about to be stored.
    ///
    /// - Throws: when the link isn't good for it any more.
    func count(_ bytes: UInt64) throws(WebRefusal) {
        let id = id
        let isGood: Bool
        do throws(CatalogueError) {
            isGood = try catalogue.change { connection throws(SQLiteError) in
                try connection.use(id, adding: bytes, at: currentUnixTime())
            }
        } catch {
            throw WebRefusal(.serviceUnavailable, "the server can't look up the link: come again", retryAfter: 30)
        }
        guard isGood else { throw Self.isOver }
    }

    /// It wasn't stored after all.
    func takeBack(_ bytes: UInt64) {
        let id = id
        try? catalogue.change { connection throws(SQLiteError) in try connection.giveBack(id, bytes) }
    }

    /// It is stored, or has gone.
    func end(_ upload: UploadID) { drops.claims.remove(upload, of: id) }

    private static func over(_ status: HTTP.Status, _ text: String) -> WebRefusal {
        var refusal = WebRefusal(status, text)
        refusal.endsUpload = true
        return refusal
    }

    static let isOver = over(.notFound, "this link takes no more files: what hadn’t come whole by its end isn’t stored")
}

extension WebRefusal {
    /// Whether a name is taken is nothing that a link tells.
    static let tellsNothing = WebRefusal(
        .badRequest, "by a link nobody learns what is there: leave out If-None-Match and collision=refuse")
    static let wholeByLink = WebRefusal(.forbidden, "by a link each file comes whole, not in parts (Upload-Concat)")
}
