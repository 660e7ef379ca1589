import Connections
import Domain
import Events
import HTTP
import Storage

/// Who uploads, by which connection, and with what they may.
struct Uploader {
    let services: Services
    let rules: WebRules
    let membership: Membership
    var peer: ServerEvent.Peer
    /// Nil where a login lets in, or nothing but a challenge.
    let pass: UploadPass?
}

extension WebConnection {
    var uploader: Uploader {
        Uploader(services: services, rules: rules, membership: membership, peer: peer, pass: pass)
    }
}

extension Uploader {
    /// Removes an upload, with all that has come.
    func remove(_ resource: UploadResource) {
        services.vault.remove(resource)
        pass?.link?.end(resource.traits.id)
    }

    /// Looks an upload resource up, and takes it from whoever has it open.
    ///
    /// - Returns: nil when there is none, or none any more.
    func resource(of key: OfferedFile.Key) throws(WebRefusal) -> UploadResource? {
        let found: UploadResource?
        do throws(VaultError) {
            found = try services.vault.resource(of: key)
        } catch {
            throw WebRefusal(error)
        }
        services.transfers.interrupt(key, by: membership)
        guard var found, let drops = rules.drops, key.user == drops.rules.folder else { return found }
        guard drops.limitTime(of: &found) else {
            services.vault.remove(found)
            return nil
        }
        return found
    }
}
