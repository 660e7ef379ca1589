internal import Platform

/// Speaks HTTP/1.1 to other servers, by libcurl: any number of threads at a time, each of them waiting for its answer, and never longer than
/// the limits say. Redirections aren't followed.
package final class HTTPClient: Sendable {
    /// Of authorities that are trusted, PEM; nil: the system's.
    private let authorities: String?
    private let idle = Monitor<[CurlTransfer]>([])

    private static let mostIdle = 8

    package init(authorities: String? = nil) { self.authorities = authorities }

    /// Loads libcurl, which otherwise comes with the first request.
    ///
    /// - Throws: `.missing`.
    package static func load() throws(TransferError) { _ = try CurlTransfer() }

    package func send(
        _ request: OutgoingRequest, _ limits: TransferLimits = TransferLimits()
    ) throws(TransferError) -> IncomingResponse {
        try send(request, limits, take: nil)
    }

    /// - Parameter take: is given the content of an answer 2xx as it comes; false ends it.
    package func send(
        _ request: OutgoingRequest, _ limits: TransferLimits, take: ((RawSpan) -> Bool)?
    ) throws(TransferError) -> IncomingResponse {
        let transfer = if let kept = idle.withLock({ $0.popLast() }) { kept } else { try CurlTransfer() }
        // One that has failed isn't used again: what its connection has in store nobody knows.
        let response = try transfer.perform(request, limits, authorities: authorities, take: take)
        idle.withLock { if $0.count < Self.mostIdle { $0.append(transfer) } }
        return response
    }
}
