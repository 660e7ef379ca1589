internal import Glibc

/// The sockets that a service manager has opened for this process, each with the name that it has there: see sd_listen_fds(3).
package enum HandedSockets {
    /// What the environment says of them.
    package struct Announcement: Hashable, Sendable {
        /// One for each socket; `unknown` where there are no names.
        package let names: [String]

        /// - Parameters:
        ///   - variables: of the environment.
        ///   - process: this one's number.
        /// - Returns: nil where nothing was handed over to this very process.
        package init?(_ variables: (String) -> String?, process: Int32) {
            guard variables("LISTEN_PID").flatMap(Int32.init) == process,
                let count = variables("LISTEN_FDS").flatMap(Int.init), (1...Self.most).contains(count)
            else { return nil }
            let given = variables("LISTEN_FDNAMES")?.split(separator: ":", omittingEmptySubsequences: false) ?? []
            names = (0..<count).map { $0 < given.count ? String(given[$0]) : "unknown" }
        }

        private static let most = 64
    }

    /// - Returns: nil where there are none. They are told of once: no other program that this one may start is to take them for its own.
    package static func announced() -> Announcement? {
        let announcement = Announcement(environmentVariable, process: getpid())
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsafe unsetenv(name) }
        return announcement
    }

    /// Takes one of them over.
    ///
    /// - Parameter index: in the announcement's names.
    package static func listener(_ index: Int, _ options: SocketOptions) throws(SystemError) -> Listener {
        try Listener(takingOver: first + CInt(index), options: options)
    }

    /// The first descriptor behind the standard ones.
    private static let first: CInt = 3
}
