import Platform

/// Commits of many connections that are done as one: who comes while one runs is taken along by the next. So a crowd of small files
/// shares all that a commit costs besides the files' own writing: flushes, and looks at where the storage is.
final class CommitCrowd: Sendable {
    private let state = Monitor(State())

    private struct State {
        var isRunning = false
        /// In the order in which they came.
        var waiting: [Member] = []
    }

    private struct Member {
        let uploads: [PendingCommit]
        let call = Monitor(Call.waits)

        func awaitCall() -> Call {
            call.wait { call in
                if case .waits = call { return nil }
                return call
            }
        }
    }

    private enum Call {
        case waits
        /// It is its turn to commit what waits, its own first.
        case leads
        case ended([Result<Stored, VaultError>])
    }

    /// Uploads that are committed as one, at most: the first waits for the last.
    private static let most = 64

    /// - Parameter store: commits uploads; is given those of this call, and of others.
    /// - Returns: one result for each, in the order given.
    func commit(
        _ uploads: [PendingCommit], by store: ([PendingCommit]) -> [Result<Stored, VaultError>]
    ) -> [Result<Stored, VaultError>] {
        let member = Member(uploads: uploads)
        let leads = state.withLock { state in
            state.waiting.append(member)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if !leads, case .ended(let results) = member.awaitCall() { return results }
        return lead(by: store)
    }

    /// Commits what waits, and lets the next one that came meanwhile do the same.
    ///
    /// - Returns: the results of the first member, which is the caller.
    private func lead(by store: ([PendingCommit]) -> [Result<Stored, VaultError>]) -> [Result<Stored, VaultError>] {
        let members = state.withLock { Self.takeBatch(from: &$0.waiting) }
        var results = store(members.flatMap(\.uploads))[...]
        var own: [Result<Stored, VaultError>] = []
        for (index, member) in members.enumerated() {
            let part = Array(results.prefix(member.uploads.count))
            results = results.dropFirst(part.count)
            if index == 0 { own = part } else { member.call.change { $0 = .ended(part) } }
        }
        let next = state.withLock { state in
            state.isRunning = !state.waiting.isEmpty
            return state.waiting.first
        }
        next?.call.change { $0 = .leads }
        return own
    }

    private static func takeBatch(from waiting: inout [Member]) -> [Member] {
        var count = 0
        let batch = waiting.prefix { member in
            defer { count += member.uploads.count }
            return count == 0 || count + member.uploads.count <= most
        }
        waiting.removeFirst(batch.count)
        return Array(batch)
    }
}
