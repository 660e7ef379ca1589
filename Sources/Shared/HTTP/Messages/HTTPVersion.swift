/// The versions of HTTP that are told apart. A later 1.x is 1.1 to us (RFC 9110, section 2.5).
package enum HTTPVersion: Hashable, Sendable {
    case http10
    case http11
}
