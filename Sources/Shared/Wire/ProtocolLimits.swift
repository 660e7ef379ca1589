import Domain

/// The numbers of the protocol. Their meaning is specified in `docs/PROTOCOL.md`, section "Limits". Those of a value that every
/// part speaks of are the value's own.
package enum ProtocolLimits {
    /// The name that both sides must agree on by ALPN (RFC 7301).
    package static let applicationProtocol = "auto-upload/1"
    /// The port used unless a person names another.
    package static let defaultPort: UInt16 = 443
    /// The versions that this module speaks.
    package static let versions: ClosedRange<UInt8> = 1...2
    /// The first one that has `challenge`, `alreadyCommitted`, and a login after a `reauthenticate` that was denied.
    package static let firstWithChallenge: UInt8 = 2

    /// Bytes of payload that a `data` frame may carry at most, whatever a server states.
    package static let maximumDataPayload = 1_048_576
    /// The range of `welcome.maxPayload`, in bytes: what a server takes in one `data` frame.
    package static let dataPayloads: ClosedRange<UInt32> = 65_536...1_048_576
    /// Bytes of payload that any frame but `data` may carry at most, in every version of the protocol.
    package static let maximumControlPayload = 65_536
    /// Answers that a client which can't read while it writes may leave outstanding.
    package static let maximumUnreadAnswers = 16

    /// Bytes in a file: what a signed 64-bit offset can express.
    package static let fileSizes = ContentSize.range
    /// Bytes in a path.
    package static let pathLengths = RemotePath.lengths

    /// Bytes in the name of the peer's software, printable ASCII.
    package static let softwareLengths = 1...64
    /// Bytes in a user name, UTF-8.
    package static let userLengths = ReceiptStatement.userLengths
    /// Bytes in a password.
    package static let passwordLengths = 1...1024
    /// Bytes in a one-time code, printable ASCII; none means that none is given.
    package static let oneTimeCodeLengths = 0...16
    /// Bytes in a login token that a client presents.
    package static let tokenLengths = 1...512
    /// Bytes in the text of a refusal, UTF-8.
    package static let textLengths = Refusal.textLengths
    /// Earlier receipt keys that a server names.
    package static let maximumPredecessors = ReceiptPredecessor.maximumCount
    /// Steps from a receipt's statement to what was signed.
    package static let maximumProofSteps = ReceiptProof.maximumSteps
    /// The `quota remaining` that stands for "no quota".
    package static let unlimitedQuota = UInt64.max
}
