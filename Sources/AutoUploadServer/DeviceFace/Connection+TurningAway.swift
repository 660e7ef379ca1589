package import Domain
package import Platform
package import Transport
import Wire

extension Connection {
    /// Tells a client that it isn't served, and why. Waits for its greeting, so that the answer isn't lost with what nobody has
    /// read.
    package static func turnAway(
        _ session: consuming TLSSession, _ refusal: Refusal, until deadline: Deadline
    ) throws(LinkError) {
        var link = MessageLink(session, dataLimit: 0)
        guard let header = try link.nextHeader(until: deadline), header.type == .hello else { return }
        _ = try link.withPayload(of: header, until: deadline) { payload throws(WireError) in
            try ClientMessage(header: header, payload: payload)
        }
        link.queue(.closing(refusal))
        try link.flush(until: deadline)
        link.close()
    }
}
