import Glibc
import TestSupport
import Transport

@testable import Platform

/// A web client that says exactly what it is told to, over a real TLS connection, and sees interim answers as they come. Used by one
/// thread.
final class WebClient {
    private let link: PeerLink
    /// Boundaries of the dialogue that are passed until the connection is cut; nil: it isn't.
    private var boundariesLeft: Int?
    private(set) var wasCut = false
    /// Is shown interim answers.
    var noteInterim: (Answer) -> Void = { _ in }

    /// - Parameters:
    ///   - port: of a proxy; nil: the server's own.
    ///   - boundaries: how many of the dialogue are passed until it cuts the connection: before each piece that is sent and each answer.
    init(_ server: TestServer, port: UInt16? = nil, cuttingAfter boundaries: Int? = nil) throws {
        boundariesLeft = boundaries
        let context = try TLSContext(
            authorities: server.site.certificates.authority, minimum: .tls13, offering: "http/1.1")
        link = try PeerLink(port: port ?? server.port, context: context)
    }

    /// Its own address, as the server's log has it.
    var address: String { link.address }

    /// The connection ends as when a link dies that somebody notices.
    func cut() {
        link.cut()
        wasCut = true
    }

    private func passBoundary() throws {
        guard let left = boundariesLeft else { return }
        boundariesLeft = left - 1
        guard left <= 0 else { return }
        cut()
        throw Failure("cut")
    }
}

// MARK: - Requests

extension WebClient {
    struct Answer {
        let status: Int
        /// Names in small letters.
        let fields: [String: String]
        var text = ""
    }

    /// Sends a request's head, with Host and a login where the fields have none.
    ///
    /// - Parameter length: of the content; nil: the fields say it.
    func begin(_ method: String, _ target: String, _ fields: [String], length: Int? = 0) throws {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: 127.0.0.1"] + fields
        if !fields.contains(where: { $0.hasPrefix("Username:") }) {
            lines += ["Username: \(Fixtures.user)", "Password: \(Fixtures.password)"]
        }
        if let length { lines.append("Content-Length: \(length)") }
        try send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
    }

    func send(_ bytes: some Collection<UInt8>) throws {
        try passBoundary()
        try link.send(Array(bytes), seconds: 60)
    }

    /// Sends and reads nothing, until the server takes no more.
    ///
    /// - Returns: false when it has taken nothing for so long, or has ended the connection.
    func sendWithoutReading(_ bytes: [UInt8], patience: Double) -> Bool {
        (try? link.sendWithoutReading(bytes, patience: patience)) == bytes.count
    }

    /// Sends a request and takes its final answer.
    func callAsFunction(
        _ method: String, _ target: String, _ fields: [String] = [], _ content: some Collection<UInt8> = []
    ) throws -> Answer {
        try begin(method, target, fields, length: content.count)
        try send(content)
        return try answer(to: method)
    }

    /// The final answer; interim ones are passed over.
    ///
    /// - Parameter first: the first head, where it was read already.
    func answer(to method: String, after first: Answer? = nil) throws -> Answer {
        var answer = try first ?? head()
        while answer.status < 200 {
            noteInterim(answer)
            answer = try head()
        }
        let length = method == "HEAD" ? 0 : Int(answer.fields["content-length"] ?? "") ?? 0
        guard try fill(until: { $0.count >= length }) else { throw Failure("an answer isn't whole") }
        answer.text = String(decoding: link.received.prefix(length), as: UTF8.self)
        link.received.removeFirst(length)
        return answer
    }

    /// The next answer's head, of an interim one, too.
    func head() throws -> Answer {
        try passBoundary()
        var answer: Answer?
        let isThere = try fill { bytes in
            guard let (found, length) = Answer.head(in: bytes[...]) else { return false }
            answer = found
            bytes.removeFirst(length)
            return true
        }
        guard isThere, let answer else { throw Failure("no answer: \(String(decoding: link.received, as: UTF8.self))") }
        return answer
    }

    private func fill(until isEnough: (inout [UInt8]) -> Bool) throws -> Bool {
        try link.fill(.after(seconds: 60), until: isEnough)
    }
}

extension WebClient.Answer {
    /// The head at the beginning of some bytes, with its length; nil while it isn't whole.
    static func head(in bytes: ArraySlice<UInt8>) -> (answer: WebClient.Answer, length: Int)? {
        let end = Array("\r\n\r\n".utf8)
        guard let found = bytes.indices.dropLast(3).first(where: { bytes[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: bytes[..<found], as: UTF8.self).split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
        }
        let status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        return (WebClient.Answer(status: status, fields: fields), found + end.count - bytes.startIndex)
    }
}
