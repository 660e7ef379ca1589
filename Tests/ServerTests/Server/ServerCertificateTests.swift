import Platform
import TestSupport
import Testing
import Transport

@testable import Connections
@testable import Events

/// What is told of a certificate that ends.
@Suite struct ServerCertificateTests {
    @Test("that it ends is told at once, then once a day, and not in between")
    func daily() throws {
        let files = try ExampleCertificates(for: ["--days", "3", "127.0.0.1"])
        let certificate = try ServerCertificate(chain: files.chain, key: files.key, minimum: .tls13, protocols: [])
        let start = Instant.now
        func lines(after seconds: Double) -> [String] {
            certificate.warnings(now: start.advanced(bySeconds: seconds)).map(\.logLine.text)
        }
        #expect(lines(after: 0).map { $0.hasPrefix("certificate-expires ") } == [true])
        #expect(lines(after: 1).isEmpty)
        #expect(lines(after: 86_399).isEmpty)
        #expect(lines(after: 86_400).count == 1)
        #expect(lines(after: 86_401).isEmpty)
        #expect(lines(after: 2 * 86_400).count == 1)
    }
}
