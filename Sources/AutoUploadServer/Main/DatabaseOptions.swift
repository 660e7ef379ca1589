import Blobs
import CommandLine
import Platform
import PostgreSQL

/// The options of a database that servers share.
enum DatabaseOptions {
    static let address = Option(
        "database", value: .text("URL"), section: section,
        help:
            "Keep the rows of --blobs, and small ones, in this PostgreSQL database, rather than in the storage folder: as "
            + "postgresql://USER@HOST/NAME?sslmode=verify-full, without a password.")
    static let passwordFile = Option(
        "database-password-file", value: .text("FILE"), section: section,
        help: "A private file (chmod 600) with the database's password in its first line; read at each connection.")
    static let mostInside = Option(
        "database-blob-size", value: .size(0...mostOfBlob), defaultText: "64K", section: section,
        help:
            "The largest blob that lies in the database, where all servers that share it can answer it. Larger ones lie in the storage "
            + "folder of the one that they came to.")
    static let connections = Option(
        "database-connections", value: .integer("CONNECTIONS", 1...100), defaultText: "8", section: section,
        help: "Connections to the database at a time.")

    static let table = [address, passwordFile, mostInside, connections]

    private static let section = "Database"
    private static let mostOfBlob: UInt64 = 64 << 20

    /// - Throws: `.usage` for what is no address of a database, without repeating it.
    static func address(_ url: String, _ name: String) throws(ProgramError) -> PostgresAddress {
        do throws(PostgresAddress.Flaw) {
            return try PostgresAddress(url)
        } catch {
            switch error {
            case .malformed:
                throw .usage("\(name) takes postgresql://USER@HOST/NAME, perhaps with :PORT and ?sslmode=verify-full")
            case .hasPassword:
                throw .usage(
                    "\(name) takes no password, which everybody could see: put it into a private file, and give that as "
                        + "\(passwordFile.written), or to libpq by PGPASSFILE")
            case .noLibrary:
                throw ProgramError(
                    "\(name): libpq can't be loaded: install it (Debian: libpq5)", exitCode: .configuration)
            }
        }
    }
}

extension BlobDatabase {
    /// - Returns: nil where there is none.
    init?(_ arguments: ParsedArguments) throws(ProgramError) {
        guard let url = arguments.optionalString(of: DatabaseOptions.address) else { return nil }
        let file = arguments.optionalString(of: DatabaseOptions.passwordFile)
        if let file { _ = try PrivateLine.read(file, for: DatabaseOptions.passwordFile) }
        self.init(
            try DatabaseOptions.address(url, DatabaseOptions.address.written), passwordFile: file,
            mostInside: try arguments.size(of: DatabaseOptions.mostInside),
            connections: try arguments.integer(of: DatabaseOptions.connections)
        ) { path throws(PostgresError) in
            do throws(ProgramError) {
                return try PrivateLine.read(path, for: DatabaseOptions.passwordFile)
            } catch {
                throw .unfit(error.message)
            }
        }
    }
}
