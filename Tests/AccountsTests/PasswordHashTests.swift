import Foundation
import Platform
import TestSupport
import Testing

@testable import Accounts

@Suite("Password hashes")
struct PasswordHashTests {
    static let vectors = (try? vectorLines("hashes.txt", in: .module)) ?? []
    static let makers = (try? vectorLines("hashes-makers.txt", in: .module)) ?? []
    static let malformed = (try? vectorLines("hashes-malformed.txt", in: .module)) ?? []

    @Test("there are vectors")
    func vectorsAreThere() {
        #expect(Self.vectors.count >= 10)
        #expect(Self.malformed.count >= 40 && Self.makers.count >= 15)
    }

    @Test("another implementation's hashes are checked, and written as they were read", arguments: vectors)
    func vector(_ line: String) throws {
        let parts = line.split(separator: " ")
        let password = try #require(bytes(hexadecimal: parts[1]))
        let hash = try PasswordHash(parts[2].utf8)
        #expect(hash.text == parts[2])
        #expect(try hash.matches(password) == (parts[0] == "matches"))
    }

    @Test("hashes of every common maker are checked, or refused for their reason", arguments: makers)
    func maker(_ line: String) throws {
        let parts = line.split(separator: " ")
        guard let error = PasswordHashError(rawValue: String(parts[0])) else {
            let hash = try PasswordHash(parts[3].utf8)
            #expect(parts[0] == "taken" && hash.text == parts[3])
            #expect(try hash.matches(#require(bytes(hexadecimal: parts[2]))))
            return
        }
        #expect(throws: error) { try PasswordHash(parts[3].utf8) }
    }

    @Test("text that isn't a hash is refused for its reason", arguments: malformed)
    func refused(_ line: String) throws {
        let parts = line.split(separator: " ", maxSplits: 1)
        let error = try #require(PasswordHashError(rawValue: String(parts[0])))
        #expect(throws: error) { try PasswordHash(parts[1].utf8) }
    }

    @Test("whatever is read is written as it was, however a hash is mutated")
    func malleability() throws {
        let text = Array("$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHQ$v9K+AuFBZgmnm1Cg/Ibevg".utf8)
        var taken = 0
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var mutated = text
                mutated[index] = byte
                guard let hash = try? PasswordHash(mutated) else { continue }
                taken += 1
                #expect(Array(hash.text.utf8) == mutated)
            }
        }
        #expect(taken > 1000)
    }

    @Test("a new hash is the password's and no other's, with a salt of its own")
    func newHash() throws {
        let parameters = try #require(Argon2Parameters(memory: 64, iterations: 1, parallelism: 1))
        let (hash, again) = try SecretBytes("geheim".utf8).withBytes {
            (
                try PasswordHash.make(of: $0, parameters: parameters),
                try PasswordHash.make(of: $0, parameters: parameters)
            )
        }
        #expect(try hash.matches(Array("geheim".utf8)))
        #expect(try !hash.matches(Array("Geheim".utf8)))
        #expect(hash.salt.count == 16 && hash.tag.count == 32)
        #expect(hash.salt != again.salt && hash.tag != again.tag)
        #expect(try PasswordHash(hash.text.utf8).matches(Array("geheim".utf8)))
    }

    @Test("neither salt nor tag is shown")
    func description() throws {
        let hash = try PasswordHash("$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHQ$v9K+AuFBZgmnm1Cg/Ibevg".utf8)
        for shown in ["\(hash)", String(reflecting: hash), "\([hash])"] {
            #expect(!shown.contains("c2FsdHNhbHQ") && !shown.contains("115") && shown.contains("64 KiB"), "\(shown)")
        }
    }

    @Test("parameters keep to Argon2's and our own limits")
    func parameters() {
        #expect(Argon2Parameters(memory: 8, iterations: 1, parallelism: 1) != nil)
        #expect(Argon2Parameters(memory: 1_048_576, iterations: 64, parallelism: 64) != nil)
        #expect(Argon2Parameters(memory: 511, iterations: 1, parallelism: 64) == nil)
        #expect(Argon2Parameters(memory: .max, iterations: 1, parallelism: 1) == nil)
        #expect(Argon2Parameters(memory: 1024, iterations: .max, parallelism: 1) == nil)
        #expect(Argon2Parameters(memory: .max, iterations: 1, parallelism: .max) == nil)
    }

    @Test(
        "a new hash must cost what OWASP asks for", arguments: [(19456, 2, true), (19455, 2, false), (65536, 1, false)])
    func floor(memory: UInt32, iterations: UInt32, isStrongEnough: Bool) throws {
        let parameters = try #require(Argon2Parameters(memory: memory, iterations: iterations, parallelism: 1))
        #expect(parameters.areStrongEnough == isStrongEnough)
        #expect(Argon2Parameters.recommended.areStrongEnough && Argon2Parameters.owaspMinimum.areStrongEnough)
    }

    private func bytes(hexadecimal text: Substring) -> [UInt8]? {
        if text == "-" { return [] }
        let digits = Array(text)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
        return bytes.contains(nil) ? nil : bytes.compactMap { $0 }
    }
}

extension PasswordHash {
    fileprivate func matches(_ password: [UInt8]) throws -> Bool {
        try SecretBytes(password).withBytes { try matches($0) }
    }
}
