import Domain
import TestSupport
import Wire

/// The line that a vector has as `decoded:`. It names every field, so that a decoder can't leave one out unnoticed.
func rendering(_ message: ClientMessage) -> String {
    switch message {
    case .hello(let hello):
        "hello oldest=\(hello.oldestVersion) newest=\(hello.newestVersion) software=\(quoted(hello.software.utf8))"
    case .authenticate(let login):
        "authenticate user=\(quoted(login.user.utf8)) password=\(quoted(login.password.bytes)) "
            + "code=\(quoted(login.oneTimeCode.bytes))"
    case .reauthenticate(let login): "reauthenticate token=\(quoted(login.token.bytes))"
    case .offer(let upload, let offer):
        "offer upload=\(upload) fresh=\(yes(offer.isFresh)) id=\(offer.uploadID) size=\(offer.size) "
            + "seconds=\(offer.modified.seconds) nanoseconds=\(offer.modified.nanoseconds) path=\(quoted(offer.path))"
    case .finish(let upload, let finish): "finish upload=\(upload) digest=\(finish.digest)"
    case .abandon(let upload): "abandon upload=\(upload)"
    case .query(let upload, let query):
        "query upload=\(upload) size=\(query.size) digest=\(query.digest) path=\(quoted(query.path))"
    case .ping(let ping): "ping opaque=\(digits(ping.opaque))"
    case .goodbye: "goodbye"
    case .challenge(let challenge): "challenge nonce=\(challenge.nonce)"
    }
}

func rendering(_ message: ServerMessage) -> String {
    switch message {
    case .welcome(let welcome):
        "welcome version=\(welcome.version) software=\(quoted(welcome.software.utf8)) "
            + "maxPayload=\(welcome.maxPayload) maxOpenUploads=\(welcome.maxOpenUploads) maxPath=\(welcome.maxPath) "
            + "serverTime=\(welcome.serverTime) receiptKey=\(welcome.receiptKey?.description ?? "") "
            + "predecessors=\(welcome.predecessors.map { "\($0.key):\($0.signature)" }.joined(separator: ","))"
    case .granted(let granted):
        "granted token=\(quoted(granted.token.bytes)) lifetime=\(granted.tokenLifetime) quota=\(granted.quotaRemaining)"
    case .denied(let refusal): "denied \(rendering(refusal))"
    case .proceed(let upload, let proceed): "proceed upload=\(upload) offset=\(proceed.durableOffset)"
    case .present(let upload, let confirmation): "present upload=\(upload) \(rendering(confirmation))"
    case .refused(let upload, let refusal): "refused upload=\(upload) \(rendering(refusal))"
    case .stored(let upload, let confirmation, let alreadyThere):
        "stored upload=\(upload) alreadyThere=\(yes(alreadyThere)) \(rendering(confirmation))"
    case .pong(let ping): "pong opaque=\(digits(ping.opaque))"
    case .closing(let refusal): "closing \(rendering(refusal))"
    }
}

private func rendering(_ refusal: Refusal) -> String {
    "status=\(refusal.status.name) retryAfter=\(refusal.retryAfterSeconds) text=\(quoted(refusal.text.utf8))"
}

private func rendering(_ confirmation: Confirmation) -> String {
    "size=\(confirmation.size) digest=\(confirmation.digest) tag=\(confirmation.fileTag) "
        + "path=\(quoted(confirmation.path.bytes)) receipt=\(confirmation.receipt.map(rendering) ?? "")"
}

private func rendering(_ receipt: ReceiptStamp) -> String {
    "\(receipt.time):\(receipt.signature)" + receipt.proof.steps.map { ",\($0.side):\($0.sibling)" }.joined()
}

/// The word or two that a vector has as `expect:` when it is refused.
func rendering(_ error: WireError) -> String {
    switch error {
    case .unknownType(let type): "unknownType 0x\(digits(type))"
    case .unexpectedType: "unexpectedType"
    case .undefinedFlags: "undefinedFlags"
    case .reservedNotZero: "reservedNotZero"
    case .uploadMissing: "uploadMissing"
    case .uploadUnexpected: "uploadUnexpected"
    case .lengthOutOfRange: "lengthOutOfRange"
    case .lengthMismatch: "lengthMismatch"
    case .truncated(let field): "truncated \(field.rawValue)"
    case .trailingBytes: "trailingBytes"
    case .wrongMagic: "wrongMagic"
    case .outOfRange(let field): "outOfRange \(field.rawValue)"
    case .malformedText(let field): "malformedText \(field.rawValue)"
    case .invalidPath(let flaw): "invalidPath \(name(of: flaw))"
    }
}

/// Bytes as text in quotes, everything but printable ASCII as `\xNN`; only their number when there are many.
func quoted(_ bytes: some Collection<UInt8>) -> String {
    guard bytes.count <= 96 else { return "<\(bytes.count) bytes>" }
    let text = bytes.map { byte -> String in
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
        case 0x20...0x7E: String(UnicodeScalar(byte))
        default: "\\x" + digits(byte)
        }
    }
    return "\"" + text.joined() + "\""
}

private func digits(_ number: some FixedWidthInteger) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: number.bitWidth / 4 - digits.utf8.count) + digits
}

private func yes(_ flag: Bool) -> String { flag ? "yes" : "no" }
