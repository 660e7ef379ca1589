package import HTTP

/// Why something isn't done about a blob.
package enum BlobTrouble: Error, Hashable, Sendable {
    /// The request isn't what is expected.
    case malformed
    /// There is none of that name, or not any more.
    case missing
    /// What is asked about takes another method.
    case otherMethod
    /// Larger than a blob may be, or nothing at all.
    case size
    /// No room on the disk, or none in what blobs may take of it.
    case full
    /// No name could be found that is free.
    case noName
    /// Too much of late from one address.
    case tooMuch(seconds: UInt32)
    /// The rows can't be reached just now, or the server is busy.
    case away
    /// The storage failed.
    case failed
    /// A client's clock is off.
    case otherTime
    /// A signature is wrong.
    case unsigned
    /// What is asked elsewhere couldn't be had there.
    case upstream

    package var status: HTTP.Status {
        switch self {
        case .malformed: .badRequest
        case .missing: .notFound
        case .otherMethod: .methodNotAllowed
        case .size: .contentTooLarge
        case .full, .noName: .insufficientStorage
        case .tooMuch: .tooManyRequests
        case .away: .serviceUnavailable
        case .failed: .internalServerError
        case .otherTime: .tooEarly
        case .unsigned: .unauthorized
        case .upstream: .badGateway
        }
    }

    /// Seconds after which another try may be worth it.
    var retryAfter: UInt32? {
        switch self {
        case .tooMuch(let seconds): seconds
        case .away: 10
        case .full: 300
        default: nil
        }
    }
}
