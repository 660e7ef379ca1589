internal import Glibc

/// What the peer's system has acknowledged of what was sent. Its program needn't have taken it: a peer that is merely busy
/// acknowledges all the same, be it only that it has no room.
package struct Acknowledgement: Sendable {
    /// Whether something was sent that isn't acknowledged yet: bytes, or the question whether there is room for more.
    package let isAwaited: Bool
    /// Seconds since the last acknowledgement.
    package let age: Double

    package init(isAwaited: Bool, age: Double) {
        self.isAwaited = isAwaited
        self.age = age
    }
}

extension Socket {
    /// The corresponding C call is `getsockopt` with TCP_INFO; see tcp(7).
    package var acknowledgement: Acknowledgement {
        var info = tcp_info()
        var length = socklen_t(MemoryLayout<tcp_info>.size)
        guard unsafe getsockopt(rawDescriptor, CInt(IPPROTO_TCP), TCP_INFO, &info, &length) == 0 else {
            return Acknowledgement(isAwaited: false, age: 0)
        }
        return Acknowledgement(
            isAwaited: info.tcpi_unacked > 0 || info.tcpi_probes > 0, age: Double(info.tcpi_last_ack_recv) / 1000)
    }
}

/// Tells when a peer that doesn't acknowledge any more counts as gone. To be asked often while something is waited for.
///
/// Not left to the kernel's TCP_USER_TIMEOUT, which also ends connections whose peer is there and leaves no room for so long.
package struct AcknowledgementWatch: Sendable {
    private let seconds: Double
    private var awaitedSince: Instant?
    private var lastLook = Instant(nanoseconds: 0)

    /// Looks that are further apart have missed what was between them.
    private static let longestGap = 5.0

    /// - Parameter seconds: without an acknowledgement that is awaited.
    package init(seconds: Double) {
        self.seconds = seconds
    }

    /// - Parameter look: how things are now.
    package mutating func isOverdue(_ look: Acknowledgement, now: Instant = .now) -> Bool {
        if now.seconds(since: lastLook) > Self.longestGap { awaitedSince = nil }
        lastLook = now
        guard look.isAwaited else {
            awaitedSince = nil
            return false
        }
        let since = awaitedSince ?? now
        awaitedSince = since
        // After a long silence the last acknowledgement is old, and what was just sent no reason to give up.
        return min(look.age, now.seconds(since: since)) >= seconds
    }
}
