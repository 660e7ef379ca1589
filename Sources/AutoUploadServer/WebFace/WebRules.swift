/// What of the web face its admin chose.
package struct WebRules: Sendable {
    /// Lets those without an account add files; nil: nobody is let.
    let drops: AnonymousDrops?

    package init(drops: AnonymousDrops?) {
        self.drops = drops
    }
}
