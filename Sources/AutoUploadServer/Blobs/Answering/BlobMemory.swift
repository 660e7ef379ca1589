package import Platform

/// How much memory requests may take that have to be whole before they can be understood, and their answers: nobody takes all of it.
package final class BlobMemory: Sendable {
    private struct State {
        var taken = 0
        var bySite: [AddressGroup: Int] = [:]
    }

    private let state = Monitor(State())
    private let most: Int
    private let mostOfSite: Int

    /// - Parameters:
    ///   - most: bytes.
    ///   - mostOfSite: bytes, of them, of one IPv4 address or /48 network of IPv6.
    init(most: Int = 512 << 20, ofSite mostOfSite: Int = 256 << 20) {
        (self.most, self.mostOfSite) = (most, mostOfSite)
    }

    package func lease(for group: AddressGroup) -> BlobMemoryLease { BlobMemoryLease(self, group.site) }

    fileprivate func take(_ bytes: Int, _ site: AddressGroup) -> Bool {
        state.withLock { state in
            let ofSite = state.bySite[site] ?? 0
            guard bytes <= most - state.taken, bytes <= mostOfSite - ofSite else { return false }
            state.taken += bytes
            state.bySite[site] = ofSite + bytes
            return true
        }
    }

    fileprivate func giveBack(_ bytes: Int, _ site: AddressGroup) {
        state.withLock { state in
            state.taken -= bytes
            let left = (state.bySite[site] ?? 0) - bytes
            state.bySite[site] = left > 0 ? left : nil
        }
    }
}

/// What one request has of it, until nobody holds this any more.
package final class BlobMemoryLease: Sendable {
    private let memory: BlobMemory
    private let site: AddressGroup
    private let taken = Monitor(0)

    fileprivate init(_ memory: BlobMemory, _ site: AddressGroup) {
        (self.memory, self.site) = (memory, site)
    }

    deinit {
        memory.giveBack(taken.withLock { $0 }, site)
    }

    /// - Returns: false where there isn't so much.
    package func take(_ bytes: UInt64) -> Bool {
        guard let bytes = Int(exactly: bytes), memory.take(bytes, site) else { return false }
        taken.withLock { $0 += bytes }
        return true
    }
}
