import Catalogue
import Connections
import Domain
import Events
import HTML
import HTTP
import Logins
import Platform
import Receipts
import Storage
import Transport

/// A receipt that is made when somebody asks for it: the server keeps none. The file is read, as for a device that asks, and signed is
/// that it is stored now.
struct StoredReceipt {
    let context: AdminSite.Context
    let peer: ServerEvent.Peer

    static let part = "receipt"

    func answer() throws(SiteTrouble) -> SiteAnswer {
        let services = context.services
        guard let place = StoredPlace(context.request.segments.dropFirst()),
            let content = try services.open(place)
        else { throw .notFound }
        let stored = try find(place, content)
        guard let owner = String(validating: place.owner.bytes, as: UTF8.self),
            let receipt = services.receipts.receipts(for: [stored], of: owner, at: currentUnixTime())?.first
        else { throw .busy }
        var answer = SiteAnswer(.ok, type: "text/plain; charset=utf-8", receipt.text)
        let name = Array(stored.path.parts.name) + Array(".receipt".utf8)
        answer.fields.set(.contentDisposition, Disposition.attachment.value(naming: name))
        answer.fields.set(.cacheControl, "no-store")
        return answer
    }

    private func find(_ place: StoredPlace, _ content: StoredContent) throws(SiteTrouble) -> Stored {
        let services = context.services
        let known = services.entry(of: place, content)
        let stored: Stored?
        do throws(VaultError) {
            let reader = peer.account ?? place.owner
            stored = try context.desk.reading(of: reader, services) { permit throws(VaultError) in
                var digest = known?.digest
                if digest == nil { digest = try content.digest(while: permit.goesOn) }
                guard let digest else { return nil }
                return try services.vault.find(
                    user: place.owner, path: place.path, size: content.size, digest: digest, under: permit)
            }
        } catch {
            throw SiteTrouble(.serviceUnavailable, MessagePage(storage: error))
        }
        guard let stored, stored.path == place.path else { throw .notFound }
        if known?.digest == nil {
            let time = known?.stored ?? currentUnixTime()
            services.catalogue.note([
                .stored(
                    .init(user: place.owner, path: stored.path, size: stored.size, digest: stored.digest, time: time))
            ])
        }
        return stored
    }
}

extension SiteTrouble {
    fileprivate static let busy = SiteTrouble(
        .serviceUnavailable, MessagePage(title: "Busy", text: "The server is busy: come again."))
}
