import Encodings
import Foundation
import Platform
import ProxyProtocol
import TestSupport
import Testing

/// Headers of the PROXY protocol, of vectors/headers.txt.
@Suite struct ProxyHeaderTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let header: [UInt8]
        let outcome: String

        static func all() throws -> [Vector] {
            try vectorLines("headers.txt", in: .module).map { line in
                let fields = line.components(separatedBy: " | ")
                let header = bytes(ofHexadecimal: fields[1])
                return Vector(testDescription: fields[0], header: try #require(header), outcome: fields[2])
            }
        }
    }

    @Test("each says what it says, whole and byte by byte", arguments: try Vector.all())
    func reads(_ vector: Vector) throws {
        for size in [1, 5, 16, 10_000] {
            let outcome = outcome(vector.header, inPieces: size)
            #expect(matches(outcome, vector.outcome), "\(outcome)")
        }
    }

    @Test(
        "nothing behind a header is taken",
        arguments: try Vector.all().filter { !$0.outcome.hasPrefix("unfinished") && !$0.outcome.hasPrefix("refused") })
    func takesNoMore(_ vector: Vector) throws {
        #expect(matches(outcome(vector.header + [0x16, 3, 1], inPieces: 1000), vector.outcome))
    }

    private func matches(_ outcome: String, _ expected: String) -> Bool {
        let refused = "refused: "
        guard expected.hasPrefix(refused) else { return outcome == expected }
        return outcome.hasPrefix(refused) && outcome.contains(expected.dropFirst(refused.count))
    }

    private func outcome(_ bytes: [UInt8], inPieces size: Int) -> String {
        var reader = ProxyHeaderReader()
        var rest = bytes[...]
        do throws(ProxyHeaderError) {
            while !rest.isEmpty {
                let piece = rest.prefix(min(size, reader.missing))
                rest = rest.dropFirst(piece.count)
                if let header = try reader.take(piece) { return text(header) }
            }
            return "unfinished"
        } catch {
            return "refused: \(error)"
        }
    }

    private func text(_ header: ProxyHeader) -> String {
        switch header {
        case .local: "local"
        case .unnamed: "unnamed"
        case .client(let host, let port): SocketAddress(host: host, port: port)?.description ?? "no address"
        }
    }
}
