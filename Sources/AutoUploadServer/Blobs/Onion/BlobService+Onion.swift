import Encodings
import HTTP
import JSON

/// Requests that come through others' hands, sealed to this server's key.
extension BlobService {
    /// Requests within requests that are looked at.
    private static let deepest = 4

    /// Opens a request, has what stands in it answered, and seals that for who asked.
    ///
    /// - Throws: where nothing can be opened; all else is told within.
    func answerOnion(
        _ request: BlobRequest, _ version: OnionVersion, depth: Int
    ) throws(BlobTrouble) -> BlobAnswer {
        guard depth < Self.deepest, let envelope = OnionEnvelope(request.body) else { throw .malformed }
        guard let key = try store.shelf().onionKey else { throw .away }
        guard let channel = key.channel(with: envelope), let plaintext = channel.open(envelope.sealed) else {
            throw .malformed
        }
        let answer: [UInt8]
        switch version {
        case .v3:
            guard let message = OnionMessage(v3: plaintext) else { throw .malformed }
            answer = try content(of: self.answer(message, in: request, depth), request)
        case .v4: answer = try encoded(OnionMessage(v4: plaintext), request, depth)
        }
        guard let sealed = try? channel.seal(answer) else { throw .failed }
        switch version {
        case .v3:
            let text = Array(encodeBase64(sealed, isPadded: true).utf8)
            return BlobAnswer(.ok, type: Self.plainText, .bytes(text))
        case .v4: return BlobAnswer(.ok, type: Self.octets, .bytes(sealed))
        }
    }

    private static let plainText: FieldValue = "text/plain; charset=utf-8"

    private func answer(_ message: OnionMessage, in request: BlobRequest, _ depth: Int) -> BlobAnswer {
        guard let target = BlobTarget(message.target.segments) else { return BlobAnswer(.missing) }
        guard target.methods.contains(message.method), message.method != .options else {
            return BlobAnswer(.otherMethod)
        }
        guard message.method != .post || UInt64(message.body.count) <= longestBody(of: target) else {
            return BlobAnswer(.size)
        }
        let inner = BlobRequest(
            message.method, target, query: message.target.query, fields: message.fields, body: message.body,
            from: request.group, memory: request.memory)
        let answer = answer(inner, depth: depth + 1)
        return message.method == .head ? BlobAnswer(answer.status, answer.fields, .bytes([])) : answer
    }

    /// What an answer holds, in memory.
    private func content(of answer: BlobAnswer, _ request: BlobRequest) throws(BlobTrouble) -> [UInt8] {
        switch answer.content {
        case .bytes(let bytes): return bytes
        case .blob(let blob):
            guard request.memory.take(blob.size.multipliedReportingOverflow(by: 4).partialValue) else { throw .away }
            return try blob.readAll()
        }
    }

    /// The fourth version's answer: status and fields, and the content.
    private func encoded(
        _ message: OnionMessage?, _ request: BlobRequest, _ depth: Int
    ) throws(BlobTrouble) -> [UInt8] {
        let answer =
            message.map { self.answer($0, in: request, depth) }
            ?? BlobAnswer(.badRequest, type: Self.plainText, .bytes(Array("Invalid v4 onion request".utf8)))
        var fields = JSONText()
        for line in answer.fields.lines { fields.add(line.name.key, line.value.text) }
        var head = JSONText()
        head.add("code", answer.status.code)
        head.add("headers", json: fields.text)
        return Bencode.list([Array(head.text.utf8), try content(of: answer, request)])
    }
}
