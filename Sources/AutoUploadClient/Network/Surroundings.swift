import Platform

/// What a failure may have come from: where this machine is, and what its clock says.
struct Surroundings {
    private let addresses: Set<String>
    /// What the clock of the wall is ahead of the one that nobody can set.
    private let clock: Int64

    /// A clock that is kept right moves by less.
    private static let jumpSeconds: Int64 = 30

    /// - Parameter interfaces: that count; none: all.
    init(of interfaces: [String]) {
        addresses =
            interfaces.isEmpty
            ? NetworkInterface.addresses(of: nil)
            : interfaces.reduce(into: []) { $0.formUnion(NetworkInterface.addresses(of: $1)) }
        clock =
            currentUnixTime().subtractingReportingOverflow(Int64(Instant.now.seconds(since: Instant(nanoseconds: 0))))
            .partialValue
    }

    func differ(from earlier: Surroundings) -> Bool {
        addresses != earlier.addresses || clock.distance(to: earlier.clock).magnitude > UInt(Self.jumpSeconds)
    }
}
