internal import CSystemShims
internal import Glibc

/// Ends a wait for a socket from another thread, once and for all: eventfd(2).
package final class WakeUp: Sendable {
    let descriptor: FileDescriptor

    /// - Throws: `SystemError` (EMFILE) when no descriptor is left.
    package init() throws(SystemError) {
        descriptor = FileDescriptor(owning: try systemCall("make an event") { shim_eventfd() })
    }

    /// Whoever waits, or begins to, doesn't wait any longer.
    package func signal() {
        var one: UInt64 = 1
        // It has room for 2^64 of these: a write of one doesn't fail.
        _ = unsafe Glibc.write(descriptor.rawValue, &one, MemoryLayout<UInt64>.size)
    }
}

extension Socket {
    /// Waits until bytes can be read, the peer is gone, or the other thing has happened.
    ///
    /// - Returns: whether it is the socket that has something to say.
    package func waitForInput(or wakeUp: WakeUp) throws(SystemError) -> Bool {
        let events = Int16(POLLIN)
        var both = [
            pollfd(fd: descriptor.rawValue, events: events, revents: 0),
            pollfd(fd: wakeUp.descriptor.rawValue, events: events, revents: 0),
        ]
        try systemCall("wait for the network") { unsafe Glibc.poll(&both, nfds_t(both.count), -1) }
        return both[0].revents != 0
    }
}
