internal import CSystemShims
internal import Glibc

/// The kernel's word that a link or an address has come, gone or changed. See rtnetlink(7).
package enum NetworkChanges {
    /// Tells of each change, from a thread of its own, for as long as the process lives. What has changed is for the one who is
    /// told to find out: words may be lost where many come at once, and that there were some is told all the same.
    ///
    /// - Throws: where the kernel lets nobody listen.
    package static func watch(_ tell: @escaping @Sendable () -> Void) throws(SystemError) {
        let raw = try systemCall("listen for changes of the network") { shim_network_changes() }
        try Thread.detach {
            let socket = FileDescriptor(owning: raw)
            var message = [UInt8](repeating: 0, count: 8192)
            while true {
                let count = unsafe recv(socket.rawValue, &message, message.count, 0)
                // ENOBUFS: some were lost.
                if count < 0, Errno.current.rawValue != ENOBUFS, Errno.current != .interrupted { return }
                tell()
            }
        }
    }
}
