import Platform

/// The names that these programs keep for themselves, in any folder and in any ASCII case.
enum OwnNames {
    /// What all of them begin with; no such name is ever a recording.
    static let prefix = ".auto-upload"
    /// A file that is being wiped; its id follows.
    static let wipingPrefix = ".auto-upload-wiping-"
    /// The folder of the client's state; a key follows.
    static let statePrefix = ".auto-upload-state-"
    /// The marker in the server's storage folder and in each user's folder.
    static let storeMarker = ".auto-upload-store"

    static func isOwn(_ name: FileName) -> Bool {
        name.hasPrefix(ignoringCase: prefix)
    }

    static func isWiping(_ name: FileName) -> Bool {
        name.hasPrefix(ignoringCase: wipingPrefix)
    }

    static func isState(_ name: FileName) -> Bool {
        name.bytes.starts(with: statePrefix.utf8)
    }

    static func isStoreMarker(_ name: FileName) -> Bool {
        name.bytes.count == storeMarker.utf8.count && name.hasPrefix(ignoringCase: storeMarker)
    }
}
