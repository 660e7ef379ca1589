import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension LongTests {
    @Suite("A thousand clients")
    struct ThousandClientsTests {
        static let clients = 1000
        static let seconds = 240.0

        @Test("a thousand clients connected and uploading at the same time are all served, and every hash is right")
        func thousand() async throws {
            let server = try TestServer()
            ProcessLimits.raiseOpenFiles()
            try await onThread {
                let (connected, halfway) = (Barrier(Self.clients), Barrier(Self.clients))
                try onThreads(Self.clients, seconds: Self.seconds) { number in
                    let user = number.isMultiple(of: 2)
                    let client =
                        try user ? server.loggedIn() : server.loggedIn(Fixtures.otherUser, Fixtures.otherPassword)
                    try connected.arrive(seconds: Self.seconds)
                    try Self.upload(number, client, server, halfway)
                }
            }
            var expected: [Bool: [String: String]] = [:]
            for number in 0..<Self.clients {
                expected[number.isMultiple(of: 2), default: [:]]["clip-\(number)"] = try digest(
                    of: Self.content(number))
            }
            #expect(try server.site.stored() == expected[true])
            #expect(try server.site.stored(for: Fixtures.otherUser) == expected[false])
            let memory = try server.program.peakMemory()
            print("1,000 clients at once: peak memory of the server \(memory >> 20) MiB")
            let ended = try server.stop()
            #expect(ended.status == 0)
            #expect(ended.error.contains("stopped stored=\(Self.clients)"))
        }

        /// Half of the file, then a wait until all have come that far, then the rest.
        private static func upload(
            _ number: Int, _ client: ProtocolClient, _ server: TestServer, _ halfway: Barrier
        ) throws {
            let content = Self.content(number)
            let upload = try client.offer("clip-\(number)", size: content.count)
            try client.send(data: Array(content[..<50_000]), upload: upload)
            guard case .proceed = try client.answer(seconds: seconds) else { throw Failure("no proceed") }
            try halfway.arrive(seconds: seconds) {
                let underWay = try server.site.partials().count
                #expect(underWay == clients)
            }
            try client.send(data: Array(content[50_000...]), upload: upload)
            try client.finish(upload, content)
            guard case .stored(upload, let confirmation, false) = try client.answer(seconds: seconds) else {
                throw Failure("not stored")
            }
            #expect(try confirmation.digest.description == digest(of: content))
        }

        private static func content(_ number: Int) -> [UInt8] {
            Array("\(number) ".utf8) + common[..<(100_000 + number)]
        }

        private static let common = sample(100_000 + clients)
    }
}
