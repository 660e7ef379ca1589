import AdminSite
import Connections
import Domain
import HTTP
import Logins
import Platform
import Storage

/// What lets a request add files to a user's folder without that user's login.
struct UploadPass: Sendable {
    let home: Home
    /// Who comes with it, as the log and receipts have it.
    let name: String
    /// What stands before the places of the server that its client is told of.
    let base: String
    /// Nil: without bounds, and with a look at what is there.
    var link: LinkBounds?
    /// The admin who uploads by the site's page; nil: somebody else does.
    var site: SiteUploader?

    /// Whose files receipts say they are.
    var receiptUser: String { site?.owner.description ?? name }
}

extension UploadPass {
    /// Where a file goes, in the user's folder, and what is noted of that.
    ///
    /// - Parameter path: as its client names it.
    func place(of path: RemotePath, _ vault: Vault) throws(WebRefusal) -> (path: RemotePath, mark: DropMark?) {
        guard let link else { return (try home.webPlace(of: path), nil) }
        let place = try DropPlace(of: path, by: link.id, in: home, vault)
        return (place.path, place.mark)
    }
}

extension UploadPass {
    /// - Parameter token: of the page that asks, as it came.
    /// - Throws: 403 where it isn't one of the admin's session.
    func requireFormToken(_ token: [UInt8]?) throws(WebRefusal) {
        guard let site else { return }
        guard let token, site.isFormToken(String(decoding: token, as: UTF8.self)) else {
            throw WebRefusal(.forbidden, "the page is too old, or isn't from here: load it anew")
        }
    }
}

extension Uploader {
    /// As `UploadPass.place`, for everybody.
    func place(of path: RemotePath, in home: Home) throws(WebRefusal) -> (path: RemotePath, mark: DropMark?) {
        if let pass { return try pass.place(of: path, services.vault) }
        return (try home.webPlace(of: path), nil)
    }

    /// What is stored as whoever sent it may know it.
    ///
    /// - Parameter place: where it was to be, in the user's folder.
    func shown(_ stored: Stored, from place: RemotePath, _ mark: DropMark?, in home: Home) -> Stored {
        // An admin sees all of the user's folder.
        if pass?.site != nil { return stored }
        guard pass?.link != nil else { return stored.named(by: home) }
        let name = mark.map { DropPlace.name(of: place, $0, in: home) } ?? home.name(of: place)
        return stored.named(name).asNew
    }
}
