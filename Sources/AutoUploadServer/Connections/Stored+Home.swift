package import Logins
package import Storage

extension Stored {
    /// Under the name by which its client knows it.
    package func named(by home: Home) -> Stored { named(home.name(of: path)) }
}
