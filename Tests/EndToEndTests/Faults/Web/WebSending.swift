import Domain
import Foundation
import TestSupport
import Transport

/// One file on its way over HTTP, as a client of its way sends it: over as many connections as it takes. It holds the server to what
/// that has told. Used by one thread.
final class WebSending {
    enum Way: CaseIterable, Sendable {
        case put, form
        /// All in one PATCH; in a creation with the first bytes, a PATCH with a checksum, and another.
        case tus, tusParts
        /// All in the first request; in parts.
        case draft, draftParts

        /// Whether it can be gone on with where it broke.
        var isResumable: Bool { self != .put && self != .form }
    }

    /// What its client knows.
    struct Known: Hashable, Sendable {
        /// The upload's own URL.
        var location: String?
        /// The greatest offset that was told.
        var offset = 0
        var isStored = false
    }

    let way: Way
    let path: String
    let content: [UInt8]
    private(set) var known: Known {
        didSet { tell(known) }
    }
    /// The latest refusal.
    private(set) var refusal: WebClient.Answer?
    /// How often the server didn't know an upload that it had told of.
    private(set) var losses = 0
    /// Promises that were broken.
    private(set) var flaws: [String] = []
    private let tell: (Known) -> Void
    private let digest: String

    init(
        _ way: Way, to path: String, _ content: [UInt8], known: Known = Known(),
        tell: @escaping (Known) -> Void = { _ in }
    ) throws {
        (self.way, self.path, self.content, self.known, self.tell) = (way, path, content, known, tell)
        digest = Data(try Self.digest(content)).base64EncodedString()
    }

    /// Goes on over a connection, until it is stored or refused.
    ///
    /// - Throws: when the connection breaks.
    func go(on client: WebClient) throws {
        refusal = nil
        client.noteInterim = { [self] in note($0) }
        // Each either comes further or isn't repeated.
        for _ in 0..<6 where !known.isStored && refusal == nil { try step(client) }
    }

    private func step(_ client: WebClient) throws {
        switch way {
        case .put: try call(client, "PUT", "/files/\(path)", [], content[...])
        case .form: try sendForm(client)
        case .tus, .tusParts: try stepByTus(client)
        case .draft, .draftParts: try stepByDraft(client)
        }
    }
}

// MARK: - Requests

extension WebSending {
    private static let piece = 32 << 10

    private static func digest(_ content: [UInt8]) throws -> [UInt8] {
        guard let digest = ContentHasher.digest(of: content) else { throw Failure("no digest") }
        return digest.bytes
    }

    @discardableResult
    private func call(
        _ client: WebClient, _ method: String, _ target: String, _ fields: [String], _ content: ArraySlice<UInt8> = [],
        awaitingInterim: Bool = false
    ) throws -> WebClient.Answer {
        try client.begin(method, target, fields, length: content.count)
        let first = awaitingInterim ? try client.head() : nil
        var rest = first.map { $0.status < 200 } ?? true ? content : []
        while !rest.isEmpty {
            try client.send(rest.prefix(Self.piece))
            rest = rest.dropFirst(Self.piece)
        }
        let answer = try client.answer(to: method, after: first)
        note(answer)
        return answer
    }

    private func sendForm(_ client: WebClient) throws {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(path)\"\r\n\r\n"
        let form = Array(head.utf8) + content + Array("\r\n--b--\r\n".utf8)
        let fields = ["Content-Type: multipart/form-data; boundary=b", "Accept: application/json"]
        let answer = try call(client, "POST", "/upload", fields, form[...])
        if answer.status == 200 { confirm(answer.text.contains(Self.hexadecimal(try Self.digest(content)))) }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }

    /// Where a part that begins at an offset ends.
    private func end(from offset: Int) -> Int {
        let third = content.count / 3
        return way == .tus || way == .draft || offset >= 2 * third ? content.count : offset + third
    }

    private func stepByTus(_ client: WebClient) throws {
        let version = "Tus-Resumable: 1.0.0"
        let bytes = "Content-Type: application/offset+octet-stream"
        guard let location = known.location else {
            let name = "Upload-Metadata: filename \(Data(path.utf8).base64EncodedString())"
            let first = way == .tus ? 0 : end(from: 0)
            try call(
                client, "POST", "/tus/",
                [version, "Upload-Length: \(content.count)", name] + (first > 0 ? [bytes] : []),
                content[..<first])
            return
        }
        // Relative to where it was made.
        let target = location.hasPrefix("/") ? location : "/tus/" + location
        let state = try call(client, "HEAD", target, [version])
        guard !known.isStored, let offset = offset(in: state) else { return }
        let part = content[offset..<end(from: offset)]
        let checksum =
            part.startIndex == content.count / 3
            ? ["Upload-Checksum: sha256 \(Data(try Self.digest(Array(part))).base64EncodedString())"] : []
        try call(client, "PATCH", target, [version, bytes, "Upload-Offset: \(offset)"] + checksum, part)
    }

    private func stepByDraft(_ client: WebClient) throws {
        guard let location = known.location else {
            let first = end(from: 0)
            let complete = first == content.count ? "?1" : "?0"
            try call(
                client, "PUT", "/files/\(path)", ["Upload-Draft-Interop-Version: 8", "Upload-Complete: \(complete)"],
                content[..<first], awaitingInterim: true)
            return
        }
        let state = try call(client, "HEAD", location, [])
        guard let offset = offset(in: state) else { return }
        let end = end(from: offset)
        try call(
            client, "PATCH", location,
            ["Content-Type: application/partial-upload", "Upload-Offset: \(offset)"]
                + ["Upload-Complete: \(end == content.count ? "?1" : "?0")"], content[offset..<end])
    }
}

// MARK: - Answers

extension WebSending {
    private func note(_ answer: WebClient.Answer) {
        if answer.status >= 400 { return noteRefusal(answer) }
        if let location = answer.fields["location"], !location.hasPrefix("/files/") { known.location = location }
        if let offset = offset(in: answer) {
            if offset < known.offset { flaws.append("\(offset) was told after \(known.offset): \(answer)") }
            if offset > content.count { flaws.append("\(offset) is more than all: \(answer)") }
            known.offset = max(known.offset, offset)
        }
        if let digest = answer.fields["repr-digest"] { confirm(digest == "sha-256=:\(self.digest):") }
    }

    private func confirm(_ isRight: Bool) {
        if isRight { known.isStored = true } else { flaws.append("something else was confirmed") }
    }

    private func offset(in answer: WebClient.Answer) -> Int? {
        answer.status < 300 ? answer.fields["upload-offset"].flatMap { Int($0) } : nil
    }

    private func noteRefusal(_ answer: WebClient.Answer) {
        if answer.status == 404, known.location != nil {
            losses += 1
            known = Known()
        } else if answer.fields["upload-complete"] == "?1" {
            // It was given up for good.
            known = Known()
            refusal = answer
        } else if answer.status != 409 {
            refusal = answer
        }
    }
}
