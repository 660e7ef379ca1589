/// What of the web face its admin chose.
package struct WebRules: Sendable {
    /// Lets those without an account add files; nil: nobody is let.
    let drops: AnonymousDrops?

    /// Other servers' pages that may upload.
    let crossOrigin: CrossOrigin

    package init(drops: AnonymousDrops? = nil, origins: [String] = []) {
        self.drops = drops
        crossOrigin = CrossOrigin(origins)
    }
}
