internal import Glibc

/// Sockets that a C library owns, which has to be told when they are ready.
package enum ForeignSocket {
    /// - Returns: false when the time was over first.
    package static func wait(
        _ descriptor: CInt, for event: Socket.Event, until deadline: Deadline
    ) throws(SystemError) -> Bool {
        var events: CInt = 0
        if event != .writable { events |= POLLIN }
        if event != .readable { events |= POLLOUT }
        var poll = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let ready = unsafe Glibc.poll(&poll, 1, deadline.remainingMilliseconds)
            if ready > 0 { return true }
            if ready == 0 {
                if deadline.hasPassed { return false }
                continue
            }
            let errno = Errno.current
            if errno != .interrupted { throw SystemError("wait for the network", errno: errno) }
        }
    }
}
