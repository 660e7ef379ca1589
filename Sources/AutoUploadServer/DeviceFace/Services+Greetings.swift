import Connections
import Domain
import Logins
import Platform
import Receipts
import Storage
import Wire

/// What devices are told before they upload.
extension Services {
    /// Bytes of a frame of data.
    static let maxPayload = ProtocolLimits.dataPayloads.upperBound

    /// - Parameter maxOpenUploads: what the connection is held to.
    func welcome(maxOpenUploads: UInt16) throws(WireError) -> Welcome {
        try Welcome(
            software: software, maxPayload: Self.maxPayload,
            maxOpenUploads: maxOpenUploads, serverTime: currentUnixTime(),
            receiptKey: receipts.key, predecessors: receipts.predecessors)
    }

    /// What a user is told who has logged in.
    func granted(to user: FileName, _ token: LoginTokens.Token?) throws(WireError) -> Granted {
        try Granted(
            token: token?.bytes ?? Credential([]), tokenLifetime: token?.lifetime ?? 0,
            quotaRemaining: vault.quotaRemaining(of: user) ?? ProtocolLimits.unlimitedQuota)
    }
}
