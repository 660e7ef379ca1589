import CommandLine
import Platform
import Transport
import Wire

/// What every connection shares.
struct Services: Sendable {
    let certificate: ServerCertificate
    var vault: Vault
    let gate: LoginGate
    var receipts: ReceiptKeyring
    let registry: ConnectionRegistry
    let slots: UploadSlots
    let limits: Limits
    let granted: Granted

    /// Whether browsers and scripts are served, too.
    var servesWeb = true
    /// Lets those without an account add files; nil: nobody is let.
    var drops: AnonymousDrops?

    let maxPayload = ProtocolLimits.dataPayloads.upperBound

    /// Decides about reading what is stored.
    let reading: ReadingGate
    let readings = ReadingAllowance()
    let lines = LineAllowance()
    /// Tells of those that lost their place before their login.
    let displaced = Monitor(RefusalDigest())

    /// Takes what happened.
    var log: @Sendable ([ServerEvent]) -> Void = { Log.write($0.map(\.logLine)) }

    /// Tells of what happened.
    func report(_ event: ServerEvent) { report([event]) }

    func report(_ events: [ServerEvent]) {
        let told = events.filter { isTold($0.cause) }
        if !told.isEmpty { log(told) }
    }

    private func isTold(_ cause: ServerEvent.Cause) -> Bool {
        switch cause {
        case .server: true
        case .user(let user): lines.add(user)
        case .stranger(let address): lines.add(address)
        case .connection(let user, let address): lines.add(user, from: address)
        }
    }

    /// What a user is told who has logged in.
    func granted(to user: FileName) -> Granted {
        guard let remaining = vault.quotaRemaining(of: user) else { return granted }
        return (try? Granted(quotaRemaining: remaining)) ?? granted
    }

    /// - Parameter maxOpenUploads: what the connection is held to.
    func welcome(maxOpenUploads: UInt16) throws(WireError) -> Welcome {
        try Welcome(
            software: "auto-upload-server/\(Version.current)", maxPayload: maxPayload,
            maxOpenUploads: maxOpenUploads, serverTime: currentUnixTime(),
            receiptKey: receipts.key, predecessors: receipts.predecessors)
    }
}
