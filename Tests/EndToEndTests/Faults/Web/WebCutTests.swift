import Platform
import TestSupport
import Testing

extension FaultTests {
    /// The connections of web clients are cut wherever they can be; afterwards everything is where it belongs, once.
    @Suite("HTTP uploads whose links break")
    struct WebCutTests {
        @Test(
            "the connection is cut at every boundary of the dialogue, then another one, and what was cut is gone on with",
            arguments: WebSending.Way.allCases)
        func boundaries(_ way: WebSending.Way) async throws {
            try await onThread {
                let server = try TestServer()
                var random = SeededGenerator(seed: 1)
                var (number, isReached) = (0, true)
                while isReached {
                    isReached = false
                    for second in FaultTests.isFull ? Array(0...12) : [Int.random(in: 0...12, using: &random)] {
                        let upload = try Upload(way, "\(number)-\(second)", server)
                        let first = try upload.go(server, cuttingAfter: number)
                        _ = try upload.go(server, cuttingAfter: second)
                        try upload.finish("cut at boundaries \(number), \(second)")
                        isReached = isReached || first
                    }
                    number += 1
                }
                // Of the shortest dialogue: a head, pieces, an answer.
                #expect(number > 4)
                if !way.isResumable { #expect(try eventually { try server.site.partials().isEmpty }) }
                try server.expectServing()
            }
        }

        @Test(
            "the connection is cut at bytes of the encrypted stream, the handshake's included",
            arguments: WebSending.Way.allCases)
        func ciphertext(_ way: WebSending.Way) async throws {
            try await onThread {
                let server = try TestServer()
                var random = SeededGenerator(seed: 2)
                let places = FaultTests.isFull ? 0...60 : 0...4
                for number in places {
                    let bytes = number == 0 ? 700 : Int.random(in: 0..<Upload.size + 6000, using: &random)
                    let proxy = try LinkProxy(to: server.port) { _ in LinkQuality(breaksAfter: bytes) }
                    let upload = try Upload(way, "\(number)", server)
                    _ = try upload.go(server, port: proxy.port)
                    try upload.finish("broken after \(bytes) bytes")
                }
                try server.expectServing()
            }
        }

        /// A file, and where its connections are cut.
        private struct Upload {
            static let size = 150_000

            let sending: WebSending
            let server: TestServer

            init(_ way: WebSending.Way, _ name: String, _ server: TestServer) throws {
                self.server = server
                let seed = name.utf8.reduce(0) { $0 &* 31 &+ Int($1) }
                sending = try WebSending(way, to: "\(way)-\(name)", sample(Self.size, seed: seed))
            }

            /// - Returns: whether the connection broke.
            func go(_ server: TestServer, port: UInt16? = nil, cuttingAfter boundaries: Int? = nil) throws -> Bool {
                do {
                    try sending.go(on: WebClient(server, port: port, cuttingAfter: boundaries))
                    return false
                } catch {
                    try expectNothingHalf("\(error)")
                    return true
                }
            }

            func finish(_ comment: Comment) throws {
                _ = try go(server)
                #expect(sending.known.isStored, "\(comment): \(String(describing: sending.refusal))")
                #expect(sending.flaws == [] && sending.losses == 0, comment)
                #expect(try stored() == [try digest(of: sending.content)], comment)
            }

            private func expectNothingHalf(_ comment: Comment) throws {
                #expect(try Set(stored()).isSubset(of: [digest(of: sending.content)]), comment)
            }

            /// What lies there under its name, or one that was made of it.
            private func stored() throws -> [String] {
                try server.site.stored().filter {
                    $0.key == sending.path || $0.key.hasPrefix(sending.path + "-")
                        || $0.key.hasPrefix(sending.path + ".")
                }
                .map(\.value)
            }
        }
    }
}
