import Encodings
import Platform

/// Which releases of the clients there are, as far as this server knows.
final class ReleaseCache: Sendable {
    /// Of the clients' programs.
    enum Client: String, CaseIterable, Sendable {
        case desktop, android, ios
    }

    private let known = Monitor<[Client: (releases: Releases, updated: Int64)]>([:])

    /// What is asked elsewhere.
    ///
    /// - Parameter base: of the addresses, such as `https://api.github.com/repos/session-foundation`.
    func questions(_ base: String) -> [UpstreamQuestion] {
        Client.allCases.compactMap { client in
            guard let name = FileName("releases-\(client.rawValue)") else { return nil }
            return UpstreamQuestion("\(base)/session-\(client.rawValue)/releases?per_page=10", keptAs: name) {
                [self] content, time in
                note(content, client, time) ? content : nil
            } loading: { [self] kept, time in
                note(kept, client, time)
            }
        }
    }

    private func note(_ content: [UInt8], _ client: Client, _ time: Int64) -> Bool {
        guard let releases = Releases(content) else { return false }
        known.withLock { $0[client] = (releases, time) }
        return true
    }

    /// - Returns: nil while nothing is known.
    func json(of client: Client) -> JSONText? {
        known.withLock { $0[client] }.map { $0.releases.json(updated: $0.updated) }
    }
}
