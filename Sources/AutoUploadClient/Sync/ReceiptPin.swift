import Domain
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

extension Pass {
    /// Compares the key with the expected one, remembers it where it may be, and tells people.
    ///
    /// - Returns: whether files may be wiped on this server's word.
    /// - Throws: `SyncFailure.local` when the state can't be used.
    func trustsReceipts(of welcome: Welcome) throws(SyncFailure) -> Bool {
        let expected: ReceiptKey?
        do throws(StateError) {
            expected = try state.receiptKey()
        } catch {
            tellUnread(error, welcome)
            return false
        }
        do throws(StateError) {
            let pin = ReceiptPin(expected: expected, welcome)
            if try isDowngrade(pin, welcome) { return false }
            switch pin {
            case .expected: return true
            case .first(let key):
                try state.setReceiptKey(key)
                say("receipt-key", key)
            case .renewed(let key):
                try state.renewReceiptKey(key)
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

    /// Whether the server has signed over our nonces before, and doesn't now. Then what it shows may be old receipts of a server
    /// whose key it hasn't got.
    private func isDowngrade(_ pin: ReceiptPin, _ welcome: Welcome) throws(StateError) -> Bool {
        switch pin {
        case .expected, .renewed: break
        case .first, .changed: return false
        }
        guard welcome.version < ProtocolLimits.firstWithChallenge, let key = welcome.receiptKey,
            try state.expectsBoundReceipts()
        else { return false }
        if memory.told.isNews("unbound receipts") { tellDowngrade(key) }
        return true
    }

    private func tellDowngrade(_ key: ReceiptKey) {
        var line = LogLine("receipts-unbound", level: setup.planner.deletes ? .error : .warning)
        line.add("server", setup.target.server.description)
        line.add("key", key.description)
        line.add(
            "reason",
            "the server has signed its receipts for one connection only until now, and can't any more, so that old ones could be "
                + "shown instead: uploads go on, but nothing is wiped until it can again, or somebody who knows why it can't "
                + "(an older version was installed) runs: \(acceptance(of: key.description))"
        )
        setup.reporter.announce(line)
    }

    private func acceptance(of key: String) -> String {
        "\(Options.program) \(AcceptReceiptKey.name) \(key), with the same -s, -u, -f and --state"
    }

    private func say(_ event: String, _ key: ReceiptKey) {
        var line = LogLine(event)
        line.add("key", key.description)
        setup.reporter.log(line)
    }

    private func tellUnread(_ error: StateError, _ welcome: Welcome) {
        guard memory.told.isNews("unread receipt key") else { return }
        var line = LogLine("receipt-key-unread", level: setup.planner.deletes ? .error : .warning)
        line.add("server", setup.target.server.description)
        line.add(
            "reason",
            "\(error): uploads go on, but nothing is wiped until it can be read, or somebody who knows the server's key runs: "
                + acceptance(of: welcome.receiptKey?.description ?? AcceptReceiptKey.noKey))
        setup.reporter.announce(line)
    }

    private func tellChange(from old: ReceiptKey, to new: ReceiptKey?) {
        let stated = new?.description ?? AcceptReceiptKey.noKey
        guard memory.told.isNews("receipt key \(stated)") else { return }
        var line = LogLine("receipt-key-changed", level: setup.planner.deletes ? .error : .warning)
        line.add("server", setup.target.server.description)
        line.add("expected", old.description)
        line.add("stated", stated)
        line.add(
            "reason",
            "uploads go on, but nothing is wiped until the old key has signed the new one, or somebody who knows why it has "
                + "changed runs: \(acceptance(of: stated))"
        )
        setup.reporter.announce(line)
    }
}
