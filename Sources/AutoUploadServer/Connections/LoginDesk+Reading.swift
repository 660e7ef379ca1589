import Domain
package import Platform
package import Storage

extension LoginDesk {
    /// Has a connection read what is stored because its user asks, in turns with others, and only as long as it needn't end.
    ///
    /// - Parameter user: who asks.
    /// - Throws: `VaultError.busy` when others read for too long, or the connection is to end; what `body` throws.
    package func reading<R>(
        of user: FileName, _ services: Services, _ body: (ReadingPermit) throws(VaultError) -> R
    ) throws(VaultError) -> R {
        let membership = membership
        let turn = services.reading.turn(of: user, membership.number) { membership.isToEnd }
        guard let turn else { throw .busy(SystemError("read what is stored", errno: .tryAgain)) }
        defer { withExtendedLifetime(turn) {} }
        return try body(
            ReadingPermit(
                mayRead: { services.readings.add($0, size: $1, of: user) },
                goesOn: { turn.goesOn { membership.isToEnd } }))
    }
}
