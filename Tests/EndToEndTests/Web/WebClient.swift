import Glibc
import TestSupport
import Transport

@testable import Platform

/// A web client that says exactly what it is told to, over a real TLS connection, and sees interim answers as they come. Used by one
/// thread.
final class WebClient {
    private let descriptor: CInt
    private let session: TLSSession
    private var received: [UInt8] = []
    private var hasEnded = false

    init(_ server: TestServer) throws {
        let socket = try PlainClient.connect(server.port)
        descriptor = socket.rawDescriptor
        let context = try TLSContext(
            authorities: server.site.certificates.authority, minimum: .tls13, offering: "http/1.1")
        session = try TLSSession(connecting: socket, to: "127.0.0.1", context: context)
        try session.handshake(until: .after(seconds: 60))
    }

    /// The connection ends as when a link dies that somebody notices.
    func cut() {
        _ = shutdown(descriptor, CInt(SHUT_RDWR))
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
        let bytes = Array(bytes)
        let deadline = Deadline.after(seconds: 60)
        var sent = 0
        while sent < bytes.count {
            sent += try session.writeAvailable(unsafe bytes.span.bytes.extracting(sent..<bytes.count))
            if sent < bytes.count {
                try session.wait(for: .either, until: deadline)
                while try readAvailable() {}
            }
        }
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
    func answer(to method: String) throws -> Answer {
        var answer = try head()
        while answer.status < 200 { answer = try head() }
        let length = method == "HEAD" ? 0 : Int(answer.fields["content-length"] ?? "") ?? 0
        guard try fill(until: { $0.count >= length }) else { throw Failure("an answer isn't whole") }
        answer.text = String(decoding: received.prefix(length), as: UTF8.self)
        received.removeFirst(length)
        return answer
    }

    /// The next answer's head, of an interim one, too.
    func head() throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        var length: Int?
        let isThere = try fill { bytes in
            length = bytes.indices.dropLast(3).first { bytes[$0...].starts(with: end) }
            return length != nil
        }
        guard isThere, let length else { throw Failure("no answer: \(String(decoding: received, as: UTF8.self))") }
        let lines = String(decoding: received.prefix(length), as: UTF8.self).split(separator: "\r\n")
        received.removeFirst(length + end.count)
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
        }
        return Answer(status: Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0, fields: fields)
    }

    private func fill(until isEnough: ([UInt8]) -> Bool) throws -> Bool {
        let deadline = Deadline.after(seconds: 60)
        while !isEnough(received) {
            if try readAvailable() { continue }
            if hasEnded { return false }
            try session.wait(for: .readable, until: deadline)
        }
        return true
    }

    /// - Returns: whether something came.
    private func readAvailable() throws -> Bool {
        if hasEnded { return false }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        do throws(TLSError) {
            let count = try buffer.withUnsafeMutableBytesTyped { memory throws(TLSError) in
                try session.readAvailable(into: memory)
            }
            guard let count else { return false }
            hasEnded = count == 0
            received += buffer[..<count]
            return count > 0
        } catch .disconnected {
            hasEnded = true
            return false
        }
    }
}
