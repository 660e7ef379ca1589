package import AdminSite
package import Blobs
package import DirectUploads

/// What of the web face its admin chose.
package struct WebRules: Sendable {
    /// Lets those without an account add files; nil: nobody is let.
    let drops: AnonymousDrops?

    /// Other servers' pages that may upload.
    let crossOrigin: CrossOrigin

    /// Whose word counts for who the clients are.
    let proxies: TrustedProxies

    /// Nil where there is none.
    let admin: AdminSite?

    /// Lets those who have a link of an admin's add files; nil where there is no admin site.
    let linkDrops: LinkDrops?

    /// Nil where there are none.
    package let blobs: BlobService?

    /// Signs for uploads that go straight to a bucket; nil: none do.
    let direct: DirectUploads?

    /// Of files that come in pieces.
    let chunkTurns = ChunkTurns()

    package init(
        drops: AnonymousDrops? = nil, origins: [String] = [], proxies: TrustedProxies = TrustedProxies(),
        admin: AdminSite? = nil, linkDrops: LinkDrops? = nil, blobs: BlobService? = nil,
        direct: DirectUploads? = nil
    ) {
        (self.drops, self.proxies, self.admin, self.linkDrops) = (drops, proxies, admin, linkDrops)
        (self.blobs, self.direct) = (blobs, direct)
        crossOrigin = CrossOrigin(origins)
    }
}
