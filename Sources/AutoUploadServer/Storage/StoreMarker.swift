package import Platform

/// The file by which a client recognises a storage folder and each user's folder, so that it never wipes the very copy that
/// it is told of.
package enum StoreMarker {
    package static let name = FileName(constant: ".auto-upload-store")
    private static let text = """
        This folder belongs to auto-upload-server: what is in it was uploaded, and may be the only copy.
        auto-upload-client refuses to upload from here, since it might delete what it finds.

        """

    static func isPresent(in folder: Directory) -> Bool {
        (try? folder.status(of: name).kind) == .regular
    }

    /// Puts the marker into a folder unless it is there, and flushes it. The folder's own flush is the caller's.
    static func place(in folder: Directory) throws(SystemError) {
        do throws(SystemError) {
            let file = try folder.open(name, .creating(permissions: 0o444))
            try file.write(Array(text.utf8))
            try file.flush()
        } catch {
            // What counts is its name: on a full disk it has no text.
            if error.errno != .exists, !(error.isLackOfRoom && isPresent(in: folder)) { throw error }
        }
    }
}
