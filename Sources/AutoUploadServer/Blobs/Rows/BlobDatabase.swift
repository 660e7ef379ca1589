package import Platform
package import PostgreSQL

/// A PostgreSQL database that servers keep blobs in, as an admin names it.
package struct BlobDatabase: Sendable {
    package let address: PostgresAddress
    /// Bytes of the largest blob that lies in it; larger ones lie in the folder of the server that they came to.
    package let mostInside: UInt64
    /// Connections at a time.
    package let connections: Int
    /// Nil where libpq finds a password by itself, or needs none.
    private let passwordFile: String?
    private let readPassword: @Sendable (_ path: String) throws(PostgresError) -> SecretBytes

    /// - Parameter readPassword: reads the file, at each connection: it may be changed.
    package init(
        _ address: PostgresAddress, passwordFile: String? = nil, mostInside: UInt64, connections: Int,
        readPassword: @escaping @Sendable (_ path: String) throws(PostgresError) -> SecretBytes
    ) {
        (self.address, self.mostInside, self.connections) = (address, mostInside, connections)
        (self.passwordFile, self.readPassword) = (passwordFile, readPassword)
    }

    /// What is read at each connection.
    package var files: [String] { address.files + [passwordFile].compactMap(\.self) }

    private func password() throws(PostgresError) -> SecretBytes? {
        guard let passwordFile else { return nil }
        return try readPassword(passwordFile)
    }

    /// Seconds that the network and the database may take for a connection.
    private static let patience = 5.0

    /// Connects, and makes sure that what is committed is kept.
    package func connect() throws(PostgresError) -> PostgresConnection {
        let connection = try PostgresConnection(address, password: try password(), within: Self.patience)
        let found = try connection.query(Self.setUp)
        guard ["on", "remote_apply"].contains(found.text(0, 0)) else {
            throw .unfit("the database can't be told to flush what it commits (synchronous_commit)")
        }
        guard found.text(0, 1) == "on", found.text(0, 2) == "on" else {
            throw .unfit(
                "the database runs with fsync or full_page_writes off, so that a power cut may take what it has committed: turn them on"
            )
        }
        // As when a standby is asked: it may be made the leader, or the leader found.
        guard found.text(0, 3) == "false" else { throw .away("the database is a standby, which takes nothing") }
        return connection
    }

    /// Nothing waits for ever: not for a lock, and not over there for who is gone.
    private static let setUp = """
        SELECT set_config('synchronous_commit',
                CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
            current_setting('fsync'), current_setting('full_page_writes'), pg_is_in_recovery()::text,
            set_config('statement_timeout', '60000', false), set_config('lock_timeout', '10000', false),
            set_config('idle_in_transaction_session_timeout', '60000', false),
            set_config('default_transaction_isolation', 'read committed', false)
        """
}
