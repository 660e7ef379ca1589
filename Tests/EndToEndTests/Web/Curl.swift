import Foundation
import TestSupport

/// Debian's curl, against a server of these tests.
struct Curl {
    let server: TestServer
    /// Files to be sent lie here.
    let scratch: ScratchFolder
    /// What stands before the target.
    let base: String
    /// How it gets there.
    private let way: [String]

    /// - Parameters:
    ///   - port: of a proxy before the server; nil: the server's own.
    ///   - source: the client's own address; nil: the usual one.
    ///   - path: below which all targets stand.
    init(_ server: TestServer, port: UInt16? = nil, from source: String? = nil, below path: String = "") throws {
        self.server = server
        scratch = try ScratchFolder("curl")
        base = "https://127.0.0.1:\(port ?? server.port)" + path
        way = ["--cacert", server.site.certificates.authority] + (source.map { ["--interface", $0] } ?? [])
    }

    /// Without TLS.
    init(plain server: TestServer) throws {
        self.server = server
        scratch = try ScratchFolder("curl")
        (base, way) = (try "http://\(server.plainAddress())", [])
    }

    /// Without TLS, over a socket in the file system.
    init(_ server: TestServer, socket: String) throws {
        self.server = server
        scratch = try ScratchFolder("curl")
        (base, way) = ("http://localhost", ["--unix-socket", socket])
    }

    /// What `env` is given.
    func command(_ target: String, _ options: [String]) -> [String] {
        ["curl", "-sS", "--path-as-is"] + way + options + [base + target]
    }

    struct Answer {
        let status: Int
        /// Of curl itself.
        let exitStatus: Int32
        /// Names in small letters.
        var fields: [String: String]
        let text: String

        /// The files that an answer in JSON lists.
        func files() throws -> [[String: Any]] {
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            return object?["files"] as? [[String: Any]] ?? []
        }
    }

    static let login = ["-u", "\(Fixtures.user):\(Fixtures.password)"]

    /// Sends a request.
    ///
    /// - Parameter target: what follows the port.
    func callAsFunction(_ target: String, _ options: [String], input: String = "") throws -> Answer {
        let head = scratch.path("head-\(UUID().uuidString)")
        let outcome = try RunningProgram.run(
            "/usr/bin/env", command(target, ["-D", head] + options), standardInput: input)
        let lines = ((try? String(contentsOfFile: head, encoding: .utf8)) ?? "").components(separatedBy: "\r\n")
        // After an interim answer the final one follows.
        let last = lines.lastIndex { $0.hasPrefix("HTTP/") } ?? 0
        let fields = lines.dropFirst(last + 1).compactMap { line -> (String, String)? in
            let parts = line.split(separator: ":", maxSplits: 1)
            return parts.count == 2 ? (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces)) : nil
        }
        return Answer(
            status: lines.isEmpty ? 0 : Int(lines[last].split(separator: " ").dropFirst().first ?? "") ?? 0,
            exitStatus: outcome.status, fields: Dictionary(fields) { $1 }, text: outcome.output)
    }
}

extension TestServer {
    /// Where it serves HTTP without TLS, as ADDRESS:PORT.
    func plainAddress() throws -> String {
        let line = try logLine(with: " listening ", "plain=http", "127.0.0.1")
        let field = line.split(separator: " ").first { $0.hasPrefix("address=") }
        guard let field else { throw Failure("no address in \(line)") }
        return String(field.dropFirst("address=".count))
    }
}
