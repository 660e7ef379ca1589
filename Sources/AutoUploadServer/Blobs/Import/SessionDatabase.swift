import Platform
package import PostgreSQL

/// The database of a Session file server: its table `files`, read as it is at one moment, a blob at a time. Nothing in it is changed.
package final class SessionDatabase {
    private let connection: PostgresConnection

    /// What was kept there.
    package struct Entry {
        package let name: String
        let content: [UInt8]
        /// Unix milliseconds; nil where it isn't said.
        let uploaded: Int64?
        let expiry: Int64?
    }

    /// Seconds for an answer: of a large table, over a slow network.
    private static let patience = 120.0

    package init(_ address: PostgresAddress) throws(PostgresError) {
        connection = try PostgresConnection(address, password: nil, within: Self.patience)
        try connection.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try connection.query(
            """
            DECLARE entries NO SCROLL CURSOR FOR SELECT id::text, data, (extract(epoch FROM uploaded) * 1000)::bigint,
                (extract(epoch FROM expiry) * 1000)::bigint FROM files
            """)
    }

    /// - Returns: nil at the end.
    package func next() throws(PostgresError) -> Entry? {
        let rows = try connection.query("FETCH NEXT FROM entries", within: Self.patience)
        if rows.count == 0 { return nil }
        return Entry(
            name: rows.text(0, 0), content: rows.bytes(0, 1),
            uploaded: rows.isNull(0, 2) ? nil : rows.integer(0, 2), expiry: rows.isNull(0, 3) ? nil : rows.integer(0, 3)
        )
    }
}

extension BlobImport {
    /// Copies what a database has kept, which is durable when this returns. It lives as long as it would have there.
    package func add(_ entry: SessionDatabase.Entry) throws(Failure) -> Outcome {
        guard let id = BlobID(entry.name), !entry.content.isEmpty else { return .foreign }
        let uploaded = entry.uploaded ?? BlobShelf.time()
        let row = BlobRow(
            id: id, size: UInt64(entry.content.count), uploaded: uploaded, expiry: entry.expiry ?? expiry(of: uploaded))
        return try add(row, called: entry.name) { file throws(SystemError) in
            try file.append(entry.content)
            try file.note(uploaded)
        }
    }
}
