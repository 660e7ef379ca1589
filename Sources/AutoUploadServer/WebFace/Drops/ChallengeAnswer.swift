import Events
import HTTP
import Platform

extension WebConnection {
    /// GET /challenge: what is to be solved before an upload without an account, as harder as more came from the address.
    var challenge: WebAnswer {
        let group = peer.address.group
        let made = pass?.link.map { $0.challenge(group) } ?? rules.drops?.challenge(for: group)
        guard let challenge = made else {
            return WebAnswer(WebRefusal(.serviceUnavailable, "the server is busy: come again", retryAfter: 30))
        }
        return WebAnswer(.ok, type: "application/json", Array("\(challenge.json)\n".utf8))
    }
}
