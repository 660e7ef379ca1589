import Accounts
import Catalogue
package import Connections
package import Domain
import Encodings
package import Events
package import HTML
import HTTP
import Logins
package import Platform
import SQLite

/// An admin who adds files to somebody's folder, on the drop page.
package struct SiteUploader: Sendable {
    /// Whose folder it is.
    package let owner: FileName
    /// Within the owner's; nil: that itself.
    package let folder: RemotePath?
    private let visitor: Visitor

    static let part = "upload"

    /// - Parameter key: as `url` has it. Fails for anything else.
    fileprivate init?(key: [UInt8], _ visitor: Visitor) {
        let standard = key.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? slash : $0 }
        guard let place = decodeBase64(standard, isPadded: false),
            let owner = FileName(Array(place.prefix { $0 != slash }))
        else { return nil }
        let path = Array(place.dropFirst(owner.bytes.count + 1))
        folder = try? RemotePath(path)
        if folder == nil, !path.isEmpty { return nil }
        (self.owner, self.visitor) = (owner, visitor)
    }

    /// The page's, below which stands all by which it uploads. The place is one name in it, so that what stands below is no folder's.
    static func url(_ owner: FileName, _ folder: [UInt8]) -> OwnURL {
        let place = owner.bytes + (folder.isEmpty ? [] : [slash] + folder)
        let key = encodeBase64(place, isPadded: false).map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
        return OwnURL("admin", part, String(key), "")
    }

    package var admin: String { visitor.login.user.text }

    /// Whether the session's own page asks.
    package func isFormToken(_ text: String) -> Bool { visitor.session.isFormToken(text) }

    /// What stands above the page's form, and in it.
    package var notice: HTML {
        Tag.section(.id("about"), .class("card")) {
            Tag.p {
                "To "
                Tag.a(.href(FilesRequest.url(owner, folder?.components ?? []))) {
                    Shown.name(owner.bytes + (folder.map { [slash] + $0.bytes } ?? []))
                }
            }
        }
    }

    package var hiddenField: HTML {
        Tag.input(.type("hidden"), .name("token"), .value(visitor.session.formToken ?? ""))
    }
}

extension AdminSite {
    package enum Admission {
        case admitted(SiteUploader)
        /// In the place of what was asked for.
        case refused(SiteAnswer)
    }

    /// Whether somebody who asks for the page, or uploads by it, is an admin.
    package func admit(
        _ request: SiteRequest, _ services: Services, _ desk: LoginDesk, _ peer: inout ServerEvent.Peer
    ) -> Admission {
        (peer.user, peer.account) = (nil, nil)
        defer { keepSessions(services.catalogue) }
        let context = Context(request: request, services: services, desk: desk)
        guard let visitor = visitor(context, &peer) else { return .refused(Entrance.redirect(from: request)) }
        guard visitor.mayChange else {
            return .refused(SiteAnswer(.forbidden, MessagePage.viewer.html(for: visitor)))
        }
        do throws(SiteTrouble) {
            guard let uploader = SiteUploader(key: request.segments[1], visitor),
                try services.isKnown(uploader.owner)
            else { throw .notFound }
            return .admitted(uploader)
        } catch {
            return .refused(SiteAnswer(error.status, error.page.html(for: visitor)))
        }
    }
}

extension Services {
    /// Whether there is an account of this name, or files.
    fileprivate func isKnown(_ owner: FileName) throws(SiteTrouble) -> Bool {
        if gate.users.contains(where: { $0.name.text.utf8.elementsEqual(owner.bytes) }) { return true }
        return try ask { connection throws(SQLiteError) in try connection.totals() }.contains { $0.user == owner }
    }
}

private let slash = UInt8(ascii: "/")
