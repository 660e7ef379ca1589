import Domain
import Platform
package import Storage

/// Which connection brings bytes to which upload resource. Who comes for one ends the request that has it: its link may have died
/// without anybody's noticing, and it would keep a thread, and a place among its user's uploads, until its time is over.
package final class OpenTransfers: Sendable {
    private let state = Monitor(State())

    private struct State {
        var next: UInt64 = 0
        var transfers: [OfferedFile.Key: Transfer] = [:]
    }

    private struct Transfer {
        let number: UInt64
        let membership: Membership
        let slot: UploadSlots.Slot
    }

    /// A request's hold on an upload resource, until it lets go.
    package final class Hold: Sendable {
        private let transfers: OpenTransfers
        private let key: OfferedFile.Key
        private let number: UInt64

        fileprivate init(_ transfers: OpenTransfers, _ key: OfferedFile.Key, _ number: UInt64) {
            (self.transfers, self.key, self.number) = (transfers, key, number)
        }

        deinit {
            transfers.end(key, number)
        }
    }

    package init() {}

    /// A connection has opened an upload resource; whoever had it open has lost it.
    package func begin(_ key: OfferedFile.Key, by membership: Membership, _ slot: UploadSlots.Slot) -> Hold {
        let (number, last) = state.withLock { state -> (UInt64, Transfer?) in
            state.next += 1
            let last = state.transfers.updateValue(
                Transfer(number: state.next, membership: membership, slot: slot), forKey: key)
            last?.membership.loseUpload(to: membership)
            return (state.next, last)
        }
        // Its slot is given back here, outside the lock.
        _ = last
        return Hold(self, key, number)
    }

    /// A connection has taken an upload resource from whoever had it open.
    package func interrupt(_ key: OfferedFile.Key, by membership: Membership) {
        let last = state.withLock { state -> Transfer? in
            // Under the lock, so that its connection isn't at another request by then.
            state.transfers[key]?.membership.loseUpload(to: membership)
            return state.transfers.removeValue(forKey: key)
        }
        _ = last
    }

    private func end(_ key: OfferedFile.Key, _ number: UInt64) {
        let last = state.withLock { state -> Transfer? in
            state.transfers[key]?.number == number ? state.transfers.removeValue(forKey: key) : nil
        }
        _ = last
    }
}

extension Membership {
    /// Who still sends is told so with the next bytes; who has fallen silent is cut off in some seconds.
    fileprivate func loseUpload(to other: Membership) {
        if number != other.number { registry.end(number, .lostItsUpload) }
    }

    /// Whether the request that is under way has nothing to do any more, as another connection goes on with its upload.
    package var hasLostUpload: Bool { standing.eviction == .lostItsUpload }
}
