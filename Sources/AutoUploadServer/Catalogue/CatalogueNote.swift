package import Domain
package import Platform
package import Storage

/// Something that happened, as the catalogue is told of it. Whoever tells it never waits for the catalogue.
package enum CatalogueNote: Sendable {
    /// A file is stored, or was found to be.
    case stored(StoredFile)
    /// A file was deleted.
    case removed(DeletedFile, user: FileName)
    /// A file was taken out of the trash.
    case restored(RestoredFile, user: FileName)
    /// A file in the trash was removed for good.
    case gone(RemotePath, TrashBatch, user: FileName)
    case logged(LogEntry)
    case session(SessionNote)

    package struct StoredFile: Sendable {
        let user: FileName
        /// In the user's folder.
        let path: RemotePath
        let size: UInt64
        let digest: ContentDigest
        /// Unix seconds.
        let time: Int64

        package init(user: FileName, path: RemotePath, size: UInt64, digest: ContentDigest, time: Int64) {
            (self.user, self.path, self.size, self.digest, self.time) = (user, path, size, digest, time)
        }
    }
}

/// A line of the log that people see.
package struct LogEntry: Hashable, Sendable {
    package enum Action: Int64, Sendable, CaseIterable {
        case login = 1
        case loginDenied
        case logout
        case upload
        case download
        case delete
        case linkMade
        case linkRevoked
        case restore
        case purge
        case userChanged

        /// For scripts and pages.
        package var name: String {
            switch self {
            case .login: "login"
            case .loginDenied: "login-denied"
            case .logout: "logout"
            case .upload: "upload"
            case .download: "download"
            case .delete: "delete"
            case .linkMade: "link-made"
            case .linkRevoked: "link-revoked"
            case .restore: "restore"
            case .purge: "purge"
            case .userChanged: "user-changed"
            }
        }

        package init?(named name: String) {
            guard let action = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = action
        }
    }

    /// Unix milliseconds.
    package let time: Int64
    package let user: String
    /// Without its port; empty: this machine's console.
    package let address: String
    package let action: Action
    package let info: String

    package init(time: Int64 = currentUnixMilliseconds(), user: String, address: String, _ action: Action, info: String)
    {
        (self.time, self.user, self.address, self.action, self.info) = (time, user, address, action, info)
    }

    /// In the place of a user and an address that are no longer told.
    package static let anonymous = "anonymized"
    /// Who does something at this machine's console, where no address is known.
    package static let terminal = "terminal"
    /// What is done because its time has come.
    package static let server = "server"
    /// Who isn't logged in.
    package static let nobody = "not_authenticated"
}
