internal import CPostgreSQL
internal import Platform

/// What libpq is given, laid out as C wants it: texts and values behind one another in one piece of memory.
enum Parameters {
    /// Begins to connect.
    @unsafe static func start(_ address: PostgresAddress, _ password: borrowing SecretBytes?) -> OpaquePointer? {
        var pieces: [[UInt8]] = []
        for text in before + ["dbname", address.url] + behind { pieces.append(Array(text.utf8)) }
        if let secret = exposed(password) { pieces += [Array("password".utf8), secret] }
        var memory = terminated(pieces)
        defer {
            overwrite(&memory)
            overwrite(&pieces[pieces.count - 1])
        }
        return unsafe memory.withUnsafeBufferPointer { memory in
            unsafe memory.withMemoryRebound(to: CChar.self) { memory -> OpaquePointer? in
                var (names, values): ([UnsafePointer<CChar>?], [UnsafePointer<CChar>?]) = unsafe ([], [])
                var offset = 0
                for (index, piece) in pieces.enumerated() {
                    let pointer = unsafe memory.baseAddress.map { unsafe $0 + offset }
                    if index.isMultiple(of: 2) { unsafe names.append(pointer) } else { unsafe values.append(pointer) }
                    offset += piece.count + 1
                }
                return unsafe shim_pq_start(names + [nil], values + [nil])
            }
        }
    }

    /// Reserved before, so that no copy is left behind by growth.
    private static func terminated(_ pieces: [[UInt8]]) -> [UInt8] {
        var memory: [UInt8] = []
        memory.reserveCapacity(pieces.reduce(0) { $0 + $1.count + 1 })
        for piece in pieces {
            memory += piece
            memory.append(0)
        }
        return memory
    }

    private static func exposed(_ password: borrowing SecretBytes?) -> [UInt8]? {
        switch password {
        case .some(let password): password.exposed
        case .none: nil
        }
    }

    /// What an address may say otherwise: Kerberos would be looked for in places that this process may not read.
    private static let before = [
        "gssencmode", "disable", "keepalives_idle", "30", "keepalives_interval", "10", "keepalives_count", "3",
        "tcp_user_timeout", "20000",
    ]
    private static let behind = ["client_encoding", "UTF8", "application_name", "auto-upload-server"]

    /// Begins to send a statement.
    ///
    /// - Returns: false when that failed.
    @unsafe static func send(_ statement: String, _ values: [PostgresValue], on handle: OpaquePointer) -> Bool {
        let encoded = values.map(\.encoded)
        // The address of no bytes would be NULL, which stands for no value.
        let memory = terminated(encoded.map { $0 ?? [] })
        let lengths = encoded.map { CInt(clamping: $0?.count ?? 0) }
        return unsafe memory.withUnsafeBufferPointer { memory in
            unsafe memory.withMemoryRebound(to: CChar.self) { memory in
                var offset = 0
                var pointers: [UnsafePointer<CChar>?] = unsafe []
                for bytes in encoded {
                    unsafe pointers.append(bytes == nil ? nil : memory.baseAddress.map { unsafe $0 + offset })
                    offset += (bytes?.count ?? 0) + 1
                }
                return unsafe shim_pq_send(
                    handle, statement, CInt(values.count), values.map(\.type), pointers, lengths)
            }
        }
    }
}
