import Platform

/// Where a running client is asked what it does: by a name that follows from server, user and folder, so that whoever knows these
/// finds it, wherever its state lies.
enum StatusDesk {
    /// How the answer is to look.
    enum Form: UInt8 {
        case text = 0x74
        case json = 0x6A
    }

    /// An answer, and who gave it.
    struct Answer: Sendable {
        let text: String
        let user: UInt32
        let process: Int32
    }

    /// Seconds that either side waits for the other.
    private static let patience = 5
    /// More is no report.
    private static let longestAnswer = 4 << 20

    /// Begins to answer, in a thread of its own. Where somebody has the name already, such as a second client of a folder whose
    /// files stay, that one answers.
    ///
    /// - Throws: `SystemError` when the name can't be taken, or no thread be started.
    static func open(_ name: String, _ board: StatusBoard) throws(SystemError) {
        let listener = try LocalListener(name: name)
        try Thread.detach {
            while true {
                do throws(SystemError) {
                    answer(try listener.accept(), board)
                } catch {
                    // No descriptor is left, say: there may be one later.
                    Thread.sleep(seconds: 1)
                }
            }
        }
    }

    /// Names of files are nobody's business but this user's, and root's.
    private static func answer(_ connection: borrowing LocalConnection, _ board: StatusBoard) {
        guard let peer = connection.peer, peer.user == ProcessLimits.userID || peer.user == 0 else { return }
        connection.limitWaits(seconds: patience)
        guard let form = connection.readByte().flatMap(Form.init) else { return }
        let report = board.current
        try? connection.write(Array((form == .json ? report.json : report.text).utf8))
    }

    /// Asks the client that has the name.
    ///
    /// - Throws: `SystemError`: ECONNREFUSED where none has it.
    static func ask(_ name: String, _ form: Form) throws(SystemError) -> Answer {
        let connection = try LocalConnection(to: name)
        connection.limitWaits(seconds: patience)
        guard let peer = connection.peer, isTrusted(peer.user) else {
            throw SystemError("trust who answers at", name, errno: .notPermitted)
        }
        try connection.write([form.rawValue])
        let answer = try connection.readToEnd(limit: longestAnswer)
        // It lets nobody in but its own user and root.
        if answer.isEmpty {
            throw SystemError("get an answer from the client of user number \(peer.user)", errno: .accessDenied)
        }
        return Answer(text: String(decoding: answer, as: UTF8.self), user: peer.user, process: peer.process)
    }

    /// Anybody may take a name: only root, and this user, are believed; root believes whom it asks.
    private static func isTrusted(_ user: UInt32) -> Bool {
        user == 0 || user == ProcessLimits.userID || ProcessLimits.isRoot
    }
}
