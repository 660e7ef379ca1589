internal import CSystemShims
internal import Glibc

/// The address of ours that packets to `address` leave from, by the routes of now. Nothing is sent.
///
/// - Throws: ENETUNREACH where there is no way.
package func sourceAddress(towards address: SocketAddress) throws(SystemError) -> SocketAddress {
    let subject = address.description
    let descriptor = FileDescriptor(
        owning: try systemCall("make a socket for", subject) { shim_datagram_socket(address.family) })
    try systemCall("find a way to", subject) {
        unsafe address.withAddress { unsafe connect(descriptor.rawValue, $0, $1) }
    }
    return try unsafe SocketAddress(filledBy: { own, length throws(SystemError) in
        try systemCall("read the own address") { unsafe getsockname(descriptor.rawValue, own, length) }
    })
}
