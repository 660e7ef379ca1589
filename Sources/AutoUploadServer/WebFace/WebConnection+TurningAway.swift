package import Domain
import HTTP
package import Platform
package import Transport

extension WebConnection {
    /// Tells a client that it isn't served, and why. Takes what comes of its request first, so that the answer isn't lost with what
    /// nobody has read.
    package static func turnAway(_ stream: consuming ByteStream, _ refusal: Refusal, until deadline: Deadline) {
        var requests = RequestStream(stream)
        _ = try? requests.next(until: deadline)
        let refusal = WebRefusal(.serviceUnavailable, refusal.text, retryAfter: refusal.retryAfterSeconds)
        try? requests.send(refusal.encoded, until: deadline)
        requests.close(lingering: 1)
    }
}
