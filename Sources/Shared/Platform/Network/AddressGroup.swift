internal import Glibc

/// Whose address it is, for counting: an IPv4 address, or the /64 network of an IPv6 one, all of which one customer has.
package struct AddressGroup: Hashable, Sendable {
    private let isIPv6: Bool
    private let bits: UInt64

    /// - Parameter bytes: 4 of IPv4, or 16 of IPv6, in network order.
    package init(_ bytes: [UInt8]) {
        isIPv6 = bytes.count > 4
        bits = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private init(ofSite group: AddressGroup) {
        isIPv6 = true
        bits = group.bits & ~0xffff
    }

    /// What one customer may have of such groups: the /48 network of an IPv6 one, as many get a /56 or a /48. Of IPv4, the
    /// address.
    package var site: AddressGroup { isIPv6 ? AddressGroup(ofSite: self) : self }
}

extension SocketAddress {
    package var group: AddressGroup { AddressGroup(bytes) }
}
