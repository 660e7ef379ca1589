import Foundation
import TestSupport

/// A server that keeps blobs, and curl to ask it.
struct BlobServer {
    let server: TestServer
    let curl: Curl

    /// Who has the rows.
    enum Store: CaseIterable, Sendable {
        case embedded, database

        static let installed = PostgresServer.isInstalled ? allCases : [.embedded]

        /// Options of a server, with a database of its own.
        func options() throws -> [String] {
            switch self {
            case .embedded: []
            case .database: ["--database", try PostgresServer.shared.get().makeDatabase()]
            }
        }
    }

    init(_ site: Site? = nil, store: Store = .embedded, _ options: String...) throws {
        try self.init(site, options + store.options())
    }

    init(_ site: Site? = nil, _ options: [String]) throws {
        server = try TestServer(site, options: options)
        curl = try Curl(server)
        // Its thread opens them.
        _ = try server.logLine(with: " blobs there=")
    }

    /// - Returns: its name.
    func keep(_ content: [UInt8]) throws -> String {
        let answer = try post(content)
        guard answer.status == 200, let id = try answer.object()["id"] as? String else {
            throw Failure("not kept: \(answer.status) \(answer.text)")
        }
        return id
    }

    func post(_ content: [UInt8], _ options: String...) throws -> Curl.Answer {
        let file = try curl.scratch.write(content, to: UUID().uuidString)
        return try curl("/file", ["--data-binary", "@\(file)"] + options)
    }

    /// - Returns: nil where there is none.
    func content(of id: String) throws -> [UInt8]? {
        let name = UUID().uuidString
        let answer = try curl("/file/\(id)", ["-o", curl.scratch.path(name)])
        if answer.status == 404 { return nil }
        guard answer.status == 200, answer.fields["content-type"] == "application/octet-stream" else {
            throw Failure("GET: \(answer.status)")
        }
        return try curl.scratch.bytes(of: name)
    }
}

extension Site {
    static let blobs = "storage/.auto-upload/blobs"

    /// Names of files that blobs lie in.
    func blobFiles() throws -> [String] { try scratch.names(in: "\(Site.blobs)/kept") }
}

extension Curl.Answer {
    func object() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// Whether it is the error that the status says, in JSON.
    func isError(_ code: Int) throws -> Bool {
        let isJSON = fields["content-type"] == "application/json"
        return try status == code && isJSON && object()["status_code"] as? Int == code && object().count == 1
    }
}
