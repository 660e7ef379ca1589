package import SQLite

/// Why the catalogue can't be asked or changed. Nothing that is stored is concerned by it.
package enum CatalogueError: Error, Hashable, Sendable {
    /// It isn't open: what is the matter, for people.
    case unavailable(String)
    /// Its file is there, and has no tables yet.
    case beingMade
    /// It was too busy to answer in time.
    case busy
    /// It was written by a newer version of this program.
    case tooNew(version: Int64)
    case failed(SQLiteError)
}

extension CatalogueError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unavailable(let why): why
        case .beingMade:
            "the catalogue is just being made: try again; where no server runs, `catalogue rebuild` makes it"
        case .busy: "the catalogue is busy: try again"
        case .tooNew(let version):
            "the catalogue was written by a newer auto-upload-server (schema \(version)): update this one"
        case .failed(let error): "the catalogue: \(error)"
        }
    }
}
