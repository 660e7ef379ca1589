import Catalogue
import Domain
import Platform

/// What uploads that are under way have claimed of their links' bounds; what is stored the catalogue counts. So what one link keeps
/// unfinished is bounded, too.
final class DropClaims: Sendable {
    private struct Claims {
        /// Bytes of uploads that are gone on with after a break, or a restart.
        var kept: [UploadID: UInt64] = [:]
        /// Bytes of those that go with their request.
        var passing: [UploadID: UInt64] = [:]
        /// When it was last looked for those that are kept.
        var looked: Instant?

        mutating func remove(_ upload: UploadID) {
            kept[upload] = nil
            passing[upload] = nil
        }

        var files: Int { kept.count + passing.count }
        var bytes: UInt64 {
            (Array(kept.values) + Array(passing.values)).reduce(0) { sum, bytes in
                let (more, overflows) = sum.addingReportingOverflow(bytes)
                return overflows ? .max : more
            }
        }
    }

    /// One that is under way.
    struct Claim {
        let upload: UploadID
        /// As far as they are known: those that have come, or all.
        let bytes: UInt64
        /// Whether it outlives its request.
        let isKept: Bool
    }

    enum Objection {
        case tooManyAtATime
        case noMoreFiles
        case noMoreBytes
    }

    private let links = Monitor<[LinkID: Claims]>([:])

    /// Uploads of one link that may be under way.
    static let most = 100
    /// Seconds after which it is looked again for what has gone.
    private static let pause = 10.0

    /// - Parameters:
    ///   - link: as it was last seen.
    ///   - look: finds those that are kept.
    func add(_ claim: Claim, to link: Link, looking look: () -> [UploadID: UInt64]) -> Objection? {
        if looked(link.id) == nil { note(look(), of: link.id) }
        guard let objection = add(claim, to: link) else { return nil }
        if let looked = looked(link.id), Instant.now.seconds(since: looked) < Self.pause { return objection }
        note(look(), of: link.id)
        return add(claim, to: link)
    }

    private func looked(_ link: LinkID) -> Instant? { links.withLock { $0[link]?.looked } }

    private func note(_ kept: [UploadID: UInt64], of link: LinkID) {
        links.withLock { links in
            links[link, default: Claims()].kept = kept
            links[link]?.looked = .now
        }
    }

    private func add(_ claim: Claim, to link: Link) -> Objection? {
        links.withLock { Self.add(claim, to: link, &$0[link.id, default: Claims()]) }
    }

    private static func add(_ claim: Claim, to link: Link, _ claims: inout Claims) -> Objection? {
        var others = claims
        others.remove(claim.upload)
        if others.files >= most { return .tooManyAtATime }
        if let files = link.usesLeft, others.files >= files { return .noMoreFiles }
        if let bytes = link.bytesLeft {
            let (sum, overflows) = others.bytes.addingReportingOverflow(claim.bytes)
            if overflows || sum > bytes { return .noMoreBytes }
        }
        if claim.isKept { others.kept[claim.upload] = claim.bytes } else { others.passing[claim.upload] = claim.bytes }
        claims = others
        return nil
    }

    /// It is stored, or has gone.
    func remove(_ upload: UploadID, of link: LinkID) {
        links.withLock { $0[link]?.remove(upload) }
    }
}
