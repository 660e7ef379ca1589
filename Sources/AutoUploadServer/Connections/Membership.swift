import Platform

/// A connection's place among the others: by what the registry and it know of each other.
package struct Membership {
    package let registry: ConnectionRegistry
    /// Under which the registry knows it.
    package let number: UInt64
    package let standing: Standing

    package init(_ number: UInt64, in registry: ConnectionRegistry) {
        self.number = number
        self.registry = registry
        standing = registry.standing(of: number)
    }

    package var isStopping: Bool { registry.isStopping }
    package var isEvicted: Bool { standing.eviction != nil }
    package var isToEnd: Bool { isStopping || isEvicted }

    /// Whether the client has gone, or can say no more.
    var hasLeft: Bool { registry.hasLeft(number) }

    /// How the connection is to end; nil as long as it may go on.
    package var ending: Ending? {
        if isStopping { return Ending(.stopping) }
        return standing.eviction.map { Ending(reason: $0.reason, words: $0.words) }
    }
}
