/// What of the expiring blobs the admin chose.
package struct BlobRules: Hashable, Sendable {
    /// How blobs are called.
    package enum Naming: String, Sendable {
        /// By random numbers of 53 bits.
        case numeric
        /// By what they hold, so that the same content is one blob, which lives on when it comes again.
        case hash
    }

    package var naming = Naming.numeric
    /// Seconds that a blob lives.
    package var lifetime: Int64 = 3 * 7 * 86_400
    /// Bytes of a blob.
    package var largest: UInt64 = 6_000_000
    /// Bytes of the disk that all of them take.
    package var budget: UInt64 = 10 << 30
    /// Blobs an hour that are taken from one site (an IPv4 address, a /48 network of IPv6).
    package var depositsPerHour = 1000
    /// Blobs, and questions for them, an hour that are answered to one site.
    package var requestsPerHour = 20_000

    /// What the addresses begin with that are asked for releases of clients; nil: nobody is.
    package var releases: String?
    /// Whom is asked about the network's token; nil: nobody is.
    package var tokens: String?

    package init() {}

    /// Characters of a blob in Base64.
    var largestEncoded: UInt64 {
        let (groups, overflows) = (largest / 3).addingReportingOverflow(largest % 3 == 0 ? 0 : 1)
        let (length, isTooLong) = groups.multipliedReportingOverflow(by: 4)
        return overflows || isTooLong ? .max : length
    }
}
