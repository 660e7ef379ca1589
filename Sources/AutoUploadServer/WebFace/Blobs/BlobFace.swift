import AdminSite
import Blobs
import Encodings
import HTTP
import Platform

/// Expiring blobs: hands requests to their service as values, and its answers back as this face's. Nobody logs in for them.
enum BlobFace {
    static func answer(
        _ head: RequestHead, _ target: BlobTarget, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        guard let blobs = connection.rules.blobs else { throw .refused(.notFound) }
        do throws(Stop) {
            if target == .deposit { return WebAnswer(BlobAnswer(kept: try deposit(head, blobs, &connection))) }
            let memory = blobs.memory.lease(for: connection.client.address.group)
            let body = head.method == .post ? try gather(head, blobs.longestBody(of: target), memory, &connection) : []
            let request = BlobRequest(
                head.method, target, query: head.target.query, fields: head.fields, body: body,
                from: connection.client.address.group, memory: memory)
            return WebAnswer(blobs.answer(request), holding: memory)
        } catch {
            switch error {
            case .told(let trouble): return WebAnswer(BlobAnswer(trouble))
            case .ended(let trouble): throw trouble
            }
        }
    }

    /// Why a request isn't answered as it wishes.
    private enum Stop: Error {
        case told(BlobTrouble)
        case ended(WebTrouble)
    }

    private static func length(_ head: RequestHead) -> UInt64? {
        switch head.framing {
        case .none: 0
        case .length(let length): length
        case .chunked: nil
        }
    }

    /// A blob's bytes go to the disk as they come.
    private static func deposit(
        _ head: RequestHead, _ blobs: BlobService, _ connection: inout WebConnection
    ) throws(Stop) -> BlobID {
        let incoming: IncomingBlob
        do throws(BlobTrouble) {
            incoming = try blobs.begin(size: length(head), from: connection.client.address.group)
        } catch {
            throw .told(error)
        }
        try receive(&connection) { bytes throws(BlobTrouble) in try incoming.append(bytes) }
        do throws(BlobTrouble) {
            return try blobs.keep(incoming)
        } catch {
            throw .told(error)
        }
    }

    /// Takes a body that has to be whole before it can be understood.
    private static func gather(
        _ head: RequestHead, _ longest: UInt64, _ memory: BlobMemoryLease, _ connection: inout WebConnection
    ) throws(Stop) -> [UInt8] {
        if let length = length(head), length > longest { throw .told(.size) }
        var body: [UInt8] = []
        try receive(&connection) { bytes throws(BlobTrouble) in
            let count = UInt64(bytes.byteCount)
            guard UInt64(body.count) + count <= longest else { throw .size }
            guard memory.take(count * weight) else { throw .away }
            body += [UInt8](Span<UInt8>(_bytes: bytes))
        }
        return body
    }

    /// A body counts for what is made of it, too: as it came, decoded, its answer, and that encoded.
    private static let weight: UInt64 = 4

    private static func receive(
        _ connection: inout WebConnection, _ take: (RawSpan) throws(BlobTrouble) -> Void
    ) throws(Stop) {
        var trouble: BlobTrouble?
        do throws(WebTrouble) {
            try connection.receiveBody { (bytes: RawSpan) throws(WebRefusal) -> Void in
                do throws(BlobTrouble) {
                    try take(bytes)
                } catch {
                    trouble = error
                    throw WebRefusal(error.status, "the blob isn't taken")
                }
            }
        } catch {
            if let trouble { throw .told(trouble) }
            throw .ended(error)
        }
    }
}

extension WebAnswer {
    /// - Parameter memory: is held until the answer is sent.
    init(_ answer: BlobAnswer, holding memory: BlobMemoryLease? = nil) {
        let content: Content
        switch answer.content {
        case .bytes(let bytes):
            content = .measured(ContentMaker(of: bytes, holding: memory), length: UInt64(bytes.count))
        case .blob(let blob): content = .measured(ContentMaker(of: blob), length: blob.size)
        }
        self.init(answer.status, answer.fields, content)
    }
}

extension ContentMaker {
    /// Bytes that are sent at a time.
    private static let piece = 128 << 10

    fileprivate convenience init(of bytes: [UInt8], holding memory: BlobMemoryLease?) {
        var sent = 0
        self.init { () -> Piece in
            withExtendedLifetime(memory) {
                guard sent < bytes.count else { return .end }
                let piece = bytes[sent..<min(bytes.count, sent + Self.piece)]
                sent = piece.endIndex
                return .bytes(Array(piece))
            }
        }
    }

    fileprivate convenience init(of blob: BlobContent) {
        var sent: UInt64 = 0
        self.init { () -> Piece in
            guard sent < blob.size else { return .end }
            var buffer = [UInt8](repeating: 0, count: Int(clamping: min(UInt64(Self.piece), blob.size - sent)))
            guard let count = try? blob.read(at: sent, into: &buffer), count == buffer.count else { return .failure }
            sent += UInt64(count)
            return .bytes(buffer)
        }
    }
}
