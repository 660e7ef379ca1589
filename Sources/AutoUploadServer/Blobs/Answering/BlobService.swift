import Connections
import Encodings
import HTTP
import JSON
package import Platform
import Synchronization

/// Answers what is asked about blobs, within the limits of each address. It sees requests and answers as values: connections are the
/// face's.
package final class BlobService: Sendable {
    package let memory = BlobMemory()
    let store: BlobStore
    private let releases: ReleaseCache
    private let tokens: TokenCache
    private let upstream: UpstreamWatch
    private let deposits: Monitor<SenderBuckets>
    private let requests: Monitor<SenderBuckets>

    /// - Parameter agent: this program, as other servers are told that it asks.
    package init(_ store: BlobStore, agent: String) {
        let (releases, tokens) = (ReleaseCache(), TokenCache())
        (self.store, self.releases, self.tokens) = (store, releases, tokens)
        let questions =
            (store.rules.releases.map { releases.questions($0) } ?? [])
            + (store.rules.tokens.map { [tokens.question($0)] } ?? [])
        upstream = UpstreamWatch(store, questions, agent: agent)
        deposits = Monitor(SenderBuckets(perHour: store.rules.depositsPerHour))
        requests = Monitor(SenderBuckets(perHour: store.rules.requestsPerHour))
    }

    /// Begins to ask other servers, where any are to be asked.
    package func start() throws(SystemError) { try upstream.start() }

    /// Bytes of the longest body that a request may have.
    package func longestBody(of target: BlobTarget) -> UInt64 {
        switch target {
        case .deposit: store.rules.largest
        case .encodedDeposit: store.rules.largestEncoded.addingReportingOverflow(Self.aroundEncoded).partialValue
        case .onion: UInt64(OnionEnvelope.longest)
        case .blob, .encodedBlob, .info, .sessionVersion, .tokenInfo: 0
        }
    }

    /// Bytes that may stand around a blob in JSON.
    private static let aroundEncoded: UInt64 = 1024

    /// Begins to take a blob.
    ///
    /// - Parameter size: bytes, where they are known.
    package func begin(size: UInt64?, from group: AddressGroup) throws(BlobTrouble) -> IncomingBlob {
        let shelf = try store.shelf()
        let incoming = try IncomingBlob(shelf, size: size)
        if let seconds = deposits.withLock({ $0.add(group, now: .now) }) { throw .tooMuch(seconds: seconds) }
        return incoming
    }

    /// Keeps what has come of a blob.
    package func keep(_ incoming: IncomingBlob) throws(BlobTrouble) -> BlobID {
        let id = try incoming.keep()
        store.counts.kept.add(1, ordering: .relaxed)
        return id
    }

    package func answer(_ request: BlobRequest) -> BlobAnswer {
        if let seconds = requests.withLock({ $0.add(request.group, now: .now) }) {
            return BlobAnswer(BlobTrouble.tooMuch(seconds: seconds))
        }
        return answer(request, depth: 0)
    }

    /// - Parameter depth: of requests that this one stood in.
    func answer(_ request: BlobRequest, depth: Int) -> BlobAnswer {
        do throws(BlobTrouble) {
            switch request.target {
            case .deposit: return BlobAnswer(kept: try deposit(request.body, from: request.group))
            case .encodedDeposit: return BlobAnswer(keptEncoded: try depositEncoded(request))
            case .blob(let id): return BlobAnswer(.ok, type: Self.octets, .blob(try open(id, request.memory)))
            case .encodedBlob(let id): return try encoded(open(id, request.memory), request.memory)
            case .info(let id): return try info(id)
            case .sessionVersion: return try sessionVersion(request)
            case .tokenInfo: return try tokenInfo(request)
            case .onion(let version): return try answerOnion(request, version, depth: depth)
            }
        } catch {
            return BlobAnswer(error)
        }
    }

    static let octets: FieldValue = "application/octet-stream"

    private func deposit(_ content: [UInt8], from group: AddressGroup) throws(BlobTrouble) -> BlobID {
        let incoming = try begin(size: UInt64(content.count), from: group)
        try incoming.append(content)
        return try keep(incoming)
    }

    private func depositEncoded(_ request: BlobRequest) throws(BlobTrouble) -> BlobID {
        guard let text = JSONObject(request.body)?.text("file") else { throw .malformed }
        let encoded = text.utf8
        guard !encoded.isEmpty, UInt64(encoded.count) <= store.rules.largestEncoded else { throw .size }
        let isPadded = encoded.count.isMultiple(of: 4)
        guard let content = decodeBase64(encoded, isPadded: isPadded) else { throw .malformed }
        return try deposit(content, from: request.group)
    }

    private func open(_ id: BlobID?, _ memory: BlobMemoryLease) throws(BlobTrouble) -> BlobContent {
        guard let id else { throw .missing }
        let content = try store.shelf().open(id, in: memory)
        store.counts.read.add(1, ordering: .relaxed)
        return content
    }

    private func encoded(_ content: BlobContent, _ memory: BlobMemoryLease) throws(BlobTrouble) -> BlobAnswer {
        guard memory.take(content.size.multipliedReportingOverflow(by: 4).partialValue) else { throw .away }
        var json = JSONText()
        json.add("status_code", HTTP.Status.ok.code)
        json.add("result", json: "\"\(encodeBase64(try content.readAll(), isPadded: true))\"")
        return BlobAnswer(json)
    }

    private func info(_ id: BlobID?) throws(BlobTrouble) -> BlobAnswer {
        guard let id else { throw .missing }
        let row = try store.shelf().find(id)
        var json = JSONText()
        json.add("size", row.size)
        json.add("uploaded", json: Self.seconds(row.uploaded))
        json.add("expires", json: Self.seconds(row.expiry))
        return BlobAnswer(json)
    }

    /// Unix milliseconds as seconds with a fraction.
    private static func seconds(_ milliseconds: Int64) -> String {
        let (whole, fraction) = max(0, milliseconds).quotientAndRemainder(dividingBy: 1000)
        let digits = String(fraction)
        return "\(whole)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

// MARK: - What other servers say

extension BlobService {
    private func sessionVersion(_ request: BlobRequest) throws(BlobTrouble) -> BlobAnswer {
        let query = request.query.map { [UInt8(ascii: "?")] + $0 } ?? []
        try SignedVersionRequest.check(
            request.fields, request.method, Array("/session_version".utf8) + query, now: currentUnixTime())
        guard let client = Self.member("platform", of: request).flatMap(ReleaseCache.Client.init(rawValue:)) else {
            throw .missing
        }
        guard let json = releases.json(of: client) else { throw .upstream }
        return BlobAnswer(json)
    }

    private func tokenInfo(_ request: BlobRequest) throws(BlobTrouble) -> BlobAnswer {
        let days = Self.member("days", of: request).flatMap { Int64($0) } ?? 0
        guard let json = tokens.json(days: (1...30).contains(days) ? days : 7, now: currentUnixTime()) else {
            throw .upstream
        }
        return BlobAnswer(json)
    }

    private static func member(_ name: String, of request: BlobRequest) -> String? {
        request.query.flatMap { try? URLEncodedForm($0) }?[name]
    }
}
