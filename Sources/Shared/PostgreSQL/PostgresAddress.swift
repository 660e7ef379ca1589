internal import CPostgreSQL

/// Where a database is, as a URL of libpq without a password: <https://www.postgresql.org/docs/current/libpq-connect.html>.
package struct PostgresAddress: Hashable, Sendable {
    package let url: String
    /// TCP ports that are connected to; none for sockets in the file system.
    package private(set) var ports: [UInt16] = []
    /// Files that are read at each connection: authorities, a certificate and its key.
    package private(set) var files: [String] = []
    /// The folders of sockets in the file system.
    package private(set) var folders: [String] = []

    package static let schemes = ["postgresql://", "postgres://"]

    /// Why a text is no such address. It is never repeated: there may be a password in it.
    package enum Flaw: Error, Hashable, Sendable {
        /// libpq isn't installed.
        case noLibrary
        case malformed
        /// It would stand in lists of processes, and in logs.
        case hasPassword
    }

    package init(_ url: String) throws(Flaw) {
        guard Self.schemes.contains(where: url.hasPrefix) else { throw .malformed }
        guard shim_pq_load() else { throw .noLibrary }
        let values = try Self.values(of: url)
        if values["password"] != nil || values["sslpassword"] != nil { throw .hasPassword }
        self.url = url
        files = ["sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile"].compactMap { values[$0] }
        try place(hosts: Self.list(values["hostaddr"] ?? values["host"]), ports: Self.list(values["port"]))
    }

    private mutating func place(hosts: [String], ports texts: [String]) throws(Flaw) {
        for (index, host) in hosts.enumerated() {
            if host.hasPrefix("/") { folders.append(host) }
            if host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") { continue }
            let text = index < texts.count ? texts[index] : texts.count == 1 ? texts[0] : ""
            guard let port = text.isEmpty ? Self.usualPort : UInt16(text) else { throw .malformed }
            ports.append(port)
        }
    }

    private static let usualPort: UInt16 = 5432

    private static func list(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// What stands in it, by libpq's names.
    private static func values(of url: String) throws(Flaw) -> [String: String] {
        guard let options = unsafe shim_pq_parse(url) else { throw .malformed }
        defer { unsafe shim_pq_free_options(options) }
        var values: [String: String] = [:]
        var option = unsafe options
        while let name = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val { unsafe values[String(cString: name)] = String(cString: value) }
            unsafe option += 1
        }
        return values
    }
}
