import HTTP
import Platform
import Transport

/// The requests of a connection while they come, over its bytes.
struct RequestStream: ~Copyable {
    private var stream: ByteStream
    private var reader = RequestReader()
    /// Whether an answer may have gone out in part: what followed it would be taken for its rest.
    private(set) var isAnswerBroken = false

    enum Event {
        case head(RequestHead)
        /// So many bytes of the body are at hand: `take` lends them.
        case piece(Int)
        /// The request has come whole.
        case end
        /// The client says no more, and has said nothing that isn't whole.
        case closed
    }

    /// Bytes that are taken from the network at a time.
    private static let most = 256 * 1024
    /// While a head comes.
    private static let mostOfHead = 4096

    init(_ stream: consuming ByteStream) {
        self.stream = stream
    }

    var peer: SocketAddress { stream.peer }
    var protection: String { stream.protection }
    var isProtected: Bool { stream.isProtected }

    /// Waits for the next request's first bytes; an idle connection holds little memory meanwhile.
    mutating func awaitNext(until deadline: Deadline) throws(WebTrouble) {
        do throws(LinkError) {
            try stream.awaitNext(until: deadline)
        } catch {
            throw .broken(error)
        }
    }

    /// What comes next.
    mutating func next(until deadline: Deadline) throws(WebTrouble) -> Event {
        while true {
            let step = try Self.read(stream, &reader)
            if case .body = step.event { return .piece(step.count) }
            stream.take(step.count) { _ in }
            switch step.event {
            case .head(let head): return .head(head)
            case .end: return .end
            case .body, .nothing: break
            }
            if step.count > 0, stream.count > 0 { continue }
            if try !receive(until: deadline) { return .closed }
        }
    }

    /// Lends a piece of the body.
    mutating func take<E: Error>(_ count: Int, _ body: (RawSpan) throws(E) -> Void) throws(E) {
        try stream.take(count, body)
    }

    mutating func send(_ bytes: [UInt8], until deadline: Deadline) throws(WebTrouble) {
        do throws(LinkError) {
            try stream.send(bytes, until: deadline)
        } catch {
            isAnswerBroken = true
            throw .broken(error)
        }
    }

    /// Sends the first bytes of a buffer.
    mutating func send(first count: Int, of buffer: [UInt8], until deadline: Deadline) throws(WebTrouble) {
        do throws(LinkError) {
            try stream.send(first: count, of: buffer, until: deadline)
        } catch {
            isAnswerBroken = true
            throw .broken(error)
        }
    }

    /// The rest of an answer that has begun can't be sent.
    mutating func breakOffAnswer() { isAnswerBroken = true }

    /// Ends the connection so that the last answer reaches its client, also one that is still sending: a socket that is closed with
    /// bytes that nobody has read resets the connection, and the answer is lost with it.
    consuming func close(lingering seconds: Double) {
        stream.close()
        stream.endWriting()
        let deadline = Deadline.after(seconds: seconds)
        do throws(LinkError) {
            while !stream.hasEnded, try stream.receiveSome(upTo: Self.most, until: deadline) {
                stream.take(stream.count) { _ in }
            }
        } catch {
            // It has gone, or sends on for too long.
        }
    }

    private static func read(
        _ stream: borrowing ByteStream, _ reader: inout RequestReader
    ) throws(WebTrouble) -> RequestReader.Step {
        do throws(RequestError) {
            return try stream.peek(stream.count) { bytes throws(RequestError) in
                try reader.read(Span<UInt8>(_bytes: bytes))
            }
        } catch {
            throw .malformed(error)
        }
    }

    /// - Returns: false when the client has ended between two requests.
    private mutating func receive(until deadline: Deadline) throws(WebTrouble) -> Bool {
        let isMore: Bool
        do throws(LinkError) {
            isMore = try stream.receiveSome(
                upTo: reader.isBetweenRequests ? Self.mostOfHead : Self.most, until: deadline)
        } catch {
            throw .broken(error)
        }
        if isMore { return true }
        guard reader.isBetweenRequests else { throw .broken(.truncated) }
        return false
    }
}
