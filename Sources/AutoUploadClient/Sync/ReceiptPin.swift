import Platform
import Transport
import Wire

/// What a server's receipt key is, compared with the one that is expected.
enum ReceiptPin: Hashable {
    /// The expected one; or the server signs none and never did.
    case expected
    /// The first one that this server has stated.
    case first(ReceiptKey)
    /// Another, which the expected one leads to: each on the way has signed the next.
    case renewed(ReceiptKey)
    /// Another, or none any more. Somebody may have put another server in the place of ours: it gets files, but its word
    /// isn't enough to wipe any.
    case changed(from: ReceiptKey, to: ReceiptKey?)

    init(expected: ReceiptKey?, _ welcome: Welcome) {
        switch (expected, welcome.receiptKey) {
        case (nil, nil): self = .expected
        case (nil, let key?): self = .first(key)
        case (let expected?, let key?) where expected == key: self = .expected
        case (let expected?, let key?) where expected.leads(to: key, over: welcome.predecessors): self = .renewed(key)
        case (let expected?, let key): self = .changed(from: expected, to: key)
        }
    }
}

extension PassContext {
    /// Compares the key with the expected one, remembers it where it may be, and tells people.
    ///
    /// - Returns: whether files may be wiped on this server's word.
    /// - Throws: `SyncFailure.local` when the state can't be used.
    func trustsReceipts(of welcome: Welcome, _ state: ClientState) throws(SyncFailure) -> Bool {
        do throws(StateError) {
            switch ReceiptPin(expected: try state.receiptKey(), welcome) {
            case .expected: return true
            case .first(let key):
                try state.setReceiptKey(key)
                say("receipt-key", key)
            case .renewed(let key):
                try state.setReceiptKey(key)
                say("receipt-key-renewed", key)
            case .changed(let old, let new):
                tellChange(from: old, to: new)
                return false
            }
            return true
        } catch {
            throw .local(error.description)
        }
    }

    private func say(_ event: String, _ key: ReceiptKey) {
        var line = LogLine(event)
        line.add("key", key.description)
        reporter.log(line)
    }

    private func tellChange(from old: ReceiptKey, to new: ReceiptKey?) {
        let stated = new?.description ?? AcceptReceiptKey.noKey
        guard isNews("receipt key \(stated)") else { return }
        var line = LogLine("receipt-key-changed", level: planner.deletes ? .error : .warning)
        line.add("server", target.server.description)
        line.add("expected", old.description)
        line.add("stated", stated)
        line.add(
            "reason",
            "uploads go on, but nothing is wiped until the old key has signed the new one, or somebody who knows why it has "
                + "changed runs: \(Options.program) \(AcceptReceiptKey.name) \(stated), with the same -s, -u, -f and --state"
        )
        reporter.announce(line)
    }
}
