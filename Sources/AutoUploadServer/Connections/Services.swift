package import Catalogue
package import Events
package import Logins
package import Platform
package import Receipts
package import Storage
import Transport

/// What every connection shares.
package struct Services: Sendable {
    package let certificate: ServerCertificate
    package var vault: Vault
    package let gate: LoginGate
    package var receipts: ReceiptKeyring
    package let registry: ConnectionRegistry
    package let slots: UploadSlots
    package private(set) var limits: Limits
    /// Name and version of this program, as clients are told.
    package let software: String

    /// Decides about reading what is stored.
    package let reading: ReadingGate
    package let readings = ReadingAllowance()
    package let transfers = OpenTransfers()
    /// An index of what is stored, and what files can't say. It is told of what happens.
    package let catalogue: Catalogue
    /// Of expiring blobs; nil where there are to be none.
    package let blobs: BlobReach?
    package let lines = LineAllowance()
    package let counts = EventCounts()
    /// Unix seconds at which the process began to serve.
    package let started = currentUnixTime()
    /// Tells of those that lost their place before their login.
    package let displaced = Monitor(RefusalDigest())

    /// Takes what happened.
    private let log: @Sendable ([ServerEvent]) -> Void

    package init(
        certificate: ServerCertificate, vault: Vault, gate: LoginGate, receipts: ReceiptKeyring,
        registry: ConnectionRegistry, slots: UploadSlots, limits: Limits, reading: ReadingGate, software: String,
        catalogue: Catalogue = Catalogue(), blobs: BlobReach? = nil,
        log: @escaping @Sendable ([ServerEvent]) -> Void = { Log.write($0.map(\.logLine)) }
    ) {
        (self.certificate, self.vault, self.gate, self.receipts) = (certificate, vault, gate, receipts)
        (self.registry, self.slots, self.limits, self.reading) = (registry, slots, limits, reading)
        (self.software, self.catalogue, self.blobs, self.log) = (software, catalogue, blobs, log)
    }

    /// Connections that come from now on are bound by these.
    package mutating func take(_ limits: Limits) {
        self.limits = limits
        registry.take(limits.admission)
        slots.take(inAll: limits.openUploadsInAll, perUser: limits.openUploadsPerUser)
    }

    /// Tells of what happened.
    package func report(_ event: ServerEvent) { report([event]) }

    package func report(_ events: [ServerEvent]) {
        for event in events { counts.note(event) }
        let told = events.filter { isTold($0.cause) }
        if told.isEmpty { return }
        log(told)
        catalogue.note(told.flatMap(\.catalogueNotes))
    }

    private func isTold(_ cause: ServerEvent.Cause) -> Bool {
        switch cause {
        case .server: true
        case .user(let user): lines.add(user)
        case .stranger(let address): lines.add(address)
        case .connection(let user, let address): lines.add(user, from: address)
        }
    }
}
