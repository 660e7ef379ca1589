package import Events
package import Platform
package import Transport

/// The certificate and key that new connections get. When their files have changed, by whatever way, the new ones count from
/// then on; connections that are open go on with what they have. What can't be used changes nothing.
package final class ServerCertificate: Sendable {
    private let chain: String
    private let key: String
    /// Nil: clients need no certificate.
    private let clients: ClientTrust?
    private let minimum: TLSVersion
    /// That are spoken, the most wanted first.
    private let protocols: [String]
    private let current: Monitor<TLSContext>
    private let watch: Monitor<Watch>

    private struct Watch {
        /// As the files stood when they were last loaded, or found to be of no use.
        var tried: Files
        /// As they stood at the last look: what is just being copied is left until it stands still.
        var seen: Files
        /// When it was last told that the certificate ends, or that the lists of revoked ones are old.
        var toldOfEnd: Instant?
    }

    /// What tells that a file has changed: its attributes, nil when it can't be opened. Links are followed at each look.
    fileprivate struct Files: Hashable {
        let chain: FileStatus?
        let key: FileStatus?
        let clientAuthorities: FileStatus?
        let revocations: FileStatus?
    }

    /// - Parameters:
    ///   - chain: path of a PEM file: the server's certificate, then those that lead to the authority.
    ///   - key: path of a PEM file without a passphrase.
    ///   - clients: of which each client has to show a certificate; nil: it needs none.
    /// - Throws: `TLSError.configuration` when they can't be used.
    package init(
        chain: String, key: String, clients: ClientTrust? = nil, minimum: TLSVersion, protocols: [String]
    ) throws(TLSError) {
        (self.chain, self.key, self.clients) = (chain, key, clients)
        (self.minimum, self.protocols) = (minimum, protocols)
        let files = Files(chain, key, clients)
        current = Monitor(
            try TLSContext(
                certificateChain: chain, privateKey: key, clients: clients, minimum: minimum, protocols: protocols))
        watch = Monitor(Watch(tried: files, seen: files))
    }

    /// For a new connection.
    package var context: TLSContext { current.withLock { $0 } }

    /// Looks whether the files have changed, and takes them if they can be used.
    ///
    /// - Parameter atOnce: whether or not they have changed, or still change.
    /// - Returns: what is to be told.
    package func look(atOnce: Bool = false) -> [ServerEvent] {
        watch.withLock { watch in
            let files = Files(chain, key, clients)
            defer { watch.seen = files }
            guard atOnce || files != watch.tried && files == watch.seen else { return [] }
            watch.tried = files
            do throws(TLSError) {
                let certificate = try take()
                watch.toldOfEnd = nil
                return [.certificateTaken(certificate, file: chain)] + warnings(&watch, files, .now)
            } catch {
                return [.warning("the certificate isn't changed, the one before it still counts: \(error)")]
            }
        }
    }

    /// What an admin should know about the files, at start and then once a day.
    package func warnings(now: Instant = .now) -> [ServerEvent] {
        watch.withLock { watch in
            watch.toldOfEnd == nil ? warnings(&watch, watch.tried, now) : remindOfEnd(&watch, now)
        }
    }

    private func take() throws(TLSError) -> CertificateSummary? {
        let new = try TLSContext(
            certificateChain: chain, privateKey: key, clients: clients, minimum: minimum, protocols: protocols)
        let (certificate, now) = (new.certificate, currentUnixTime())
        let old = context.certificate
        if let certificate, !certificate.isValid(at: now), old?.isValid(at: now) == true {
            throw .configuration(
                "\(escaped(chain)) counts from \(utcText(certificate.begin)) to \(utcText(certificate.end)), which isn't "
                    + "now; look at the file, and at this machine's clock")
        }
        current.withLock { $0 = new }
        return certificate
    }
}

// MARK: - Warnings

extension ServerCertificate {
    /// Days before its end from which on a certificate is told of: public authorities' are renewed by then.
    private static let days: Int64 = 30
    private static let secondsPerDay: Int64 = 86_400
    private static let everybody: UInt32 = 0o006

    private func warnings(_ watch: inout Watch, _ files: Files, _ now: Instant) -> [ServerEvent] {
        var events = remindOfEnd(&watch, now)
        if let permissions = files.key?.permissions, permissions & Self.everybody != 0 {
            events.append(
                .warning(
                    "the private key \(escaped(key)) is open to everybody on this machine: run chmod 600 on it, or 640 with "
                        + "a group of the server's own; if somebody may have read it, have another certificate made"))
        }
        return events
    }

    private func remindOfEnd(_ watch: inout Watch, _ instant: Instant) -> [ServerEvent] {
        if let told = watch.toldOfEnd, instant.seconds(since: told) < Double(Self.secondsPerDay) { return [] }
        watch.toldOfEnd = instant
        let now = currentUnixTime()
        return certificateEnd(now) + revocationsEnd(now)
    }

    private func certificateEnd(_ now: Int64) -> [ServerEvent] {
        guard let certificate = context.certificate else { return [] }
        if now < certificate.begin {
            return [.warning("the certificate \(escaped(chain)) counts only from \(utcText(certificate.begin)) on")]
        }
        let left = certificate.end - now
        guard left < Self.days * Self.secondsPerDay else { return [] }
        return [.certificateExpires(certificate, days: left >= 0 ? left / Self.secondsPerDay : nil, file: chain)]
    }

    private func revocationsEnd(_ now: Int64) -> [ServerEvent] {
        guard let path = clients?.revocations, let end = context.endOfRevocations, end < now else { return [] }
        return [
            .warning(
                "--client-crl: \(escaped(path)) was to be renewed by \(utcText(end)): what it revokes stays revoked, but "
                    + "certificates that were lost since then are taken; put the authority's new list there")
        ]
    }
}

extension ServerCertificate.Files {
    fileprivate init(_ chain: String, _ key: String, _ clients: ClientTrust?) {
        self.init(
            chain: Self.status(chain), key: Self.status(key),
            clientAuthorities: clients.flatMap { Self.status($0.authorities) },
            revocations: clients?.revocations.flatMap(Self.status))
    }

    private static func status(_ path: String) -> FileStatus? {
        guard let file = try? FileDescriptor.openForReading(path: path) else { return nil }
        return try? file.status()
    }
}
