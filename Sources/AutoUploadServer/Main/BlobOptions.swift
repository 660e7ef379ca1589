import Blobs
import CommandLine
import HTTPClient
import Platform

/// The options of the expiring blobs.
enum BlobOptions {
    static let naming = Option(
        "blobs", value: .text("numeric|hash"), section: section,
        help:
            "Take blobs from anybody, as a Session file server does, and keep each for some time: called by random numbers, or by what "
            + "they hold, so that the same content is one blob.")
    static let expiry = Option(
        "blob-expiry", value: .text("TIME"), defaultText: "3w", section: section,
        help: "How long a blob is kept: a number of seconds, or with s, m, h, d or w behind it.")
    static let largest = Option(
        "blob-max-size", value: .size(1...mostOfBlob), defaultText: "6000000", section: section,
        help: "The largest blob that is taken.")
    static let budget = Option(
        "blob-budget", value: .size(), defaultText: "10G", section: section,
        help: "Bytes of the disk that all blobs may take together.")
    static let deposits = Option(
        "blob-rate", value: .integer("BLOBS", 1...1_000_000_000), defaultText: String(BlobRules().depositsPerHour),
        section: section, help: "Blobs an hour that are taken from one address.")
    static let requests = Option(
        "blob-request-rate", value: .integer("REQUESTS", 1...1_000_000_000),
        defaultText: String(BlobRules().requestsPerHour), section: section,
        help: "Requests for blobs an hour that are answered to one address.")

    static let releases = Option(
        "release-source", value: .text("URL"), section: section,
        help:
            "What the addresses begin with that are asked for the clients' releases, such as https://api.github.com/repos/NAME; each at "
            + "most each half hour, whoever asks here.")
    static let tokens = Option(
        "token-source", value: .text("URL"), section: section,
        help: "Whom to ask, as often, for the numbers of /token_info.")

    static let table = [naming, expiry, largest, budget, deposits, requests, releases, tokens]

    private static let section = "Expiring blobs"
    /// What goes into memory in one piece, where it comes or goes in JSON.
    private static let mostOfBlob: UInt64 = 64 << 20

    static let noTime = ProgramError.usage("--blob-expiry takes a time of at most 3650d, such as 3w, 2d, 12h or 6s")

    /// - Returns: seconds; nil for what is no such time.
    static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400]
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits) else { return nil }
        let (seconds, overflows) = number.multipliedReportingOverflow(by: unit ?? 1)
        return overflows || !(1...longest).contains(seconds) ? nil : seconds
    }

    /// - Throws: `.usage` for what isn't protected on its way, unless it stays on this machine.
    static func source(_ option: Option, _ arguments: ParsedArguments) throws(ProgramError) -> String? {
        guard let url = arguments.optionalString(of: option) else { return nil }
        guard let source = UpstreamSource(url) else {
            throw .usage(
                "\(option.written) takes an address that begins with https://, or http:// and this machine's own")
        }
        try HTTPClient.load(for: option)
        return source.url
    }

    /// Ten years.
    private static let longest: Int64 = 3650 * 86_400
}

extension BlobRules {
    /// - Returns: nil when there are to be none.
    init?(_ arguments: ParsedArguments) throws(ProgramError) {
        guard let naming = arguments.optionalString(of: BlobOptions.naming) else { return nil }
        guard let naming = Naming(rawValue: naming) else { throw .usage("--blobs takes numeric or hash") }
        guard let lifetime = BlobOptions.seconds(try arguments.string(of: BlobOptions.expiry)) else {
            throw BlobOptions.noTime
        }
        self.init()
        (self.naming, self.lifetime) = (naming, lifetime)
        largest = try arguments.size(of: BlobOptions.largest)
        budget = try arguments.size(of: BlobOptions.budget)
        depositsPerHour = try arguments.integer(of: BlobOptions.deposits)
        requestsPerHour = try arguments.integer(of: BlobOptions.requests)
        releases = try BlobOptions.source(BlobOptions.releases, arguments)
        tokens = try BlobOptions.source(BlobOptions.tokens, arguments)
    }
}
