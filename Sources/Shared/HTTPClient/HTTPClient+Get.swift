extension HTTPClient {
    /// Why there is no answer.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// What a request may take.
    package struct Limits: Sendable {
        /// Bytes of the answer.
        package var bytes: Int
        /// From the beginning to the answer's last byte.
        package var seconds: Int

        package init(bytes: Int, seconds: Int) { (self.bytes, self.seconds) = (bytes, seconds) }
    }

    /// The content of an answer of 200. Nothing is said about this machine, nor about who may have asked it: no cookie, no name.
    ///
    /// - Parameters:
    ///   - url: `https`, or `http`; redirections are followed, from the one never to the other.
    ///   - agent: what is said to ask.
    package static func get(_ url: String, agent: String, _ limits: Limits) throws(Failure) -> [UInt8] {
        var bounds = TransferLimits()
        (bounds.content, bounds.redirections) = (limits.bytes, 5)
        (bounds.connecting, bounds.silence, bounds.all) =
            (Double(limits.seconds), Double(limits.seconds), Double(limits.seconds))
        let fields = [OutgoingRequest.Field("Accept", "application/json"), OutgoingRequest.Field("User-Agent", agent)]
        let response: IncomingResponse
        do throws(TransferError) {
            response = try HTTPClient().send(OutgoingRequest("GET", url, fields), bounds)
        } catch {
            throw Failure(description: error.description)
        }
        guard response.status == 200 else { throw Failure(description: "it answers \(response.status)") }
        return response.content
    }
}
