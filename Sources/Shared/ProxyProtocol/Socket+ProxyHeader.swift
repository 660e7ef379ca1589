package import Platform

extension Socket {
    /// Takes the header that a proxy sends before anything else, and nothing behind it.
    package func proxyHeader(until deadline: Deadline) throws(ProxyTrouble) -> ProxyHeader {
        var reader = ProxyHeaderReader()
        while true {
            guard let piece = try next(reader.missing, until: deadline) else {
                throw reader.hasBegun ? .ended : .leftAtOnce
            }
            do throws(ProxyHeaderError) {
                if let header = try reader.take(piece) { return header }
            } catch {
                throw .header(error)
            }
        }
    }

    /// - Parameter most: 1 or more.
    /// - Returns: nil at the peer's end.
    private func next(_ most: Int, until deadline: Deadline) throws(ProxyTrouble) -> [UInt8]? {
        while true {
            // Looked at here, too: who sends byte by byte gets no more time.
            if deadline.hasPassed { throw .timedOut }
            do throws(SystemError) {
                guard try wait(for: .readable, until: deadline), let piece = try readAvailable(most) else { continue }
                return piece.isEmpty ? nil : piece
            } catch {
                throw .broken(error)
            }
        }
    }
}

/// Why nobody learned who a connection is from.
package enum ProxyTrouble: Error, CustomStringConvertible {
    case header(ProxyHeaderError)
    /// The proxy closed the connection before its first byte.
    case leftAtOnce
    case ended
    case timedOut
    case broken(SystemError)

    package var description: String {
        switch self {
        case .header(let error): error.description
        case .leftAtOnce: "the connection ended before the PROXY protocol header"
        case .ended: "the connection ended within the PROXY protocol header"
        case .timedOut: "the PROXY protocol header didn't come in time"
        case .broken(let error): error.description
        }
    }
}
