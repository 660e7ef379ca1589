import Age
import Domain
import Encodings
import TestSupport
import Testing
import Transport

/// The format's public test suite. What isn't supported here (text form, passphrases, post-quantum keys) is refused for what it
/// is, and gives out nothing.
@Suite("The format's test suite")
struct TestkitTests {
    @Test("is there as a whole")
    func isThere() {
        #expect(TestkitVector.all.count == 143)
    }

    /// By name: Swift Testing writes out each argument, which takes minutes with a file of 16 MiB.
    @Test("is decrypted, or refused for the reason that it names", arguments: TestkitVector.all.map(\.name))
    func expected(_ name: String) throws {
        let vector = try #require(TestkitVector.all.first { $0.name == name })
        let texts = vector.values("identity")
        let foreign = texts.filter { $0.hasPrefix("AGE-SECRET-KEY-PQ-") }
        for text in foreign {
            #expect(throws: KeyFlaw.unsupported("a post-quantum key")) { try AgeIdentity(text) }
        }
        let own = try texts.filter { !foreign.contains($0) }.map { try AgeIdentity($0) }
        // Small steps take long with the large ones.
        for step in vector.file.count < 1 << 20 ? [1 << 20, 65_537, 1000] : [65_537] {
            let (plaintext, error) = AgeFile.decrypt(vector.file, own, step: step)
            if Self.isUnsupported(vector) || own.isEmpty {
                #expect(error != nil && plaintext.isEmpty, "\(vector.name) can't have been decrypted")
                #expect(Self.isRefusalOfKind(error, vector), "\(String(describing: error))")
            } else {
                #expect(Self.name(of: error) == vector.value("expect"), "\(String(describing: error))")
                let digest = try #require(ContentHasher.digest(of: plaintext)).description
                if error == nil { #expect(digest == vector.value("payload")) }
                // A file that turns out to be damaged gives less of it than elsewhere: no chunk before another one follows.
                #expect(plaintext.isEmpty || Self.payloads.contains(digest))
            }
        }
    }

    private static let payloads = Set(TestkitVector.all.compactMap { $0.value("payload") })

    private static func isUnsupported(_ vector: TestkitVector) -> Bool {
        vector.value("armored") != nil || vector.value("passphrase") != nil
    }

    private static func isRefusalOfKind(_ error: AgeError?, _ vector: TestkitVector) -> Bool {
        switch error {
        case .armored: vector.value("armored") != nil
        case .passphrase: vector.value("passphrase") != nil
        case .noMatch: vector.value("armored") == nil
        case .header: vector.value("expect") != "success" || vector.values("passphrase").count > 1
        default: false
        }
    }

    private static func name(of error: AgeError?) -> String {
        switch error {
        case nil: "success"
        case .header, .armored, .passphrase: "header failure"
        case .noMatch: "no match"
        case .changedHeader: "HMAC failure"
        case .payload: "payload failure"
        case .cipher: "cipher failure"
        }
    }
}
