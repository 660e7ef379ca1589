import Connections
import Encodings
import Foundation
import Platform
import TestSupport
import Testing
import Transport

@testable import WebFace

/// Challenges and their answers, beside what the ALTCHA project's own package makes.
@Suite("Proofs of work")
struct ProofOfWorkTests {
    private let work = ProofOfWork(key: KeyedHash(key: Array("a key of thirty-two bytes, or so.".utf8)))

    private struct Vector {
        let nonce: [UInt8]
        let expiry: Int64
        let number: UInt64
        let most: UInt64
        let hash: String
        let signature: String
        let answer: [UInt8]
    }

    private func vectors() throws -> [Vector] {
        try vectorLines("altcha.txt", in: .module).map { line in
            let parts = line.split(separator: " ").map(String.init)
            return Vector(
                nonce: try #require(bytes(ofHexadecimal: parts[0])), expiry: try #require(Int64(parts[1])),
                number: try #require(UInt64(parts[2])), most: try #require(UInt64(parts[3])), hash: parts[4],
                signature: parts[5], answer: Array(parts[6].utf8))
        }
    }

    @Test("a challenge is the same as the project's, and its answer is right until its time is over")
    func agrees() throws {
        let vectors = try vectors()
        #expect(vectors.count == 6)
        for vector in vectors {
            let challenge = work.challenge(
                until: vector.expiry, most: vector.most, nonce: vector.nonce, number: vector.number)
            #expect(challenge?.hash == vector.hash && challenge?.signature == vector.signature)
            #expect(try work.verify(vector.answer, now: vector.expiry).expiry == vector.expiry)
            #expect(throws: ProofOfWork.Flaw.expired) { try work.verify(vector.answer, now: vector.expiry + 1) }
        }
    }

    @Test("of an answer no part can be changed, and none is taken that another key has signed")
    func holds() throws {
        let vector = try #require(try vectors().dropFirst(2).first)
        let object = try #require(decodeBase64(vector.answer, isPadded: true))
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(object)) as? [String: Any])
        let others: [String: [Any]] = [
            "algorithm": ["SHA-512", "sha-256", 256], "number": [124, -123, 123.5, "123", "1e2"],
            "salt": [
                "174494d6493c9d5c3460be31?expires=9102444802&", "174494d6493c9d5c3460be31?expires=4102444802",
                "174494d6493c9d5c3460be31", "?", "&", "", 5,
            ],
            "signature": ["", "00", String(repeating: "0", count: 64), "xyz", 1],
        ]
        for (name, values) in others {
            for value in values + [NSNull()] {
                var changed = fields
                changed[name] = value is NSNull ? nil : value
                let answer = encodeBase64([UInt8](try JSONSerialization.data(withJSONObject: changed)), isPadded: true)
                #expect(throws: ProofOfWork.Flaw.wrong, "\(changed)") { try work.verify(Array(answer.utf8), now: 0) }
            }
        }
        let other = ProofOfWork(key: KeyedHash(key: [1]))
        #expect(throws: ProofOfWork.Flaw.wrong) { try other.verify(vector.answer, now: 0) }
    }

    @Test(
        "a right answer with more in it than texts and numbers is refused before it is read",
        arguments: ["[]", "{}"])
    func staysFlat(_ value: String) throws {
        let vector = try #require(try vectors().first)
        let object = try #require(decodeBase64(vector.answer, isPadded: true)).dropLast()
        let plain = encodeBase64(object + Array(", \"more\": 1}".utf8), isPadded: true)
        #expect(try work.verify(Array(plain.utf8), now: 0).expiry == vector.expiry)
        let nested = encodeBase64(object + Array(", \"more\": \(value)}".utf8), isPadded: true)
        #expect(throws: ProofOfWork.Flaw.wrong) { try work.verify(Array(nested.utf8), now: 0) }
    }

    @Test(
        "what is no answer at all is refused", arguments: ["", "?", "e30=", "W10=", "bnVsbA==", "eyJhIjoxLCJhIjoxfQ=="])
    func refuses(_ text: String) {
        #expect(throws: ProofOfWork.Flaw.wrong) { try work.verify(Array(text.utf8), now: 0) }
        let long = encodeBase64([UInt8](repeating: 0x20, count: ProofOfWork.longestAnswer), isPadded: true)
        #expect(throws: ProofOfWork.Flaw.wrong) { try work.verify(Array(long.utf8), now: 0) }
    }
}

/// What is kept about those who have no account, which is bounded.
@Suite("Drops")
struct DropTests {
    private func moment(_ seconds: Double) -> Instant { Instant(nanoseconds: 0).advanced(bySeconds: seconds) }

    @Test("a proof counts once, as long as it could count, and so many at a time")
    func once() {
        var used = UsedProofs(lifetime: 100, capacity: 2, now: moment(0))
        #expect(used.use([1], now: moment(0)) == .fresh)
        #expect(used.use([1], now: moment(99)) == .used)
        #expect(used.use([2], now: moment(99)) == .fresh)
        #expect(used.use([3], now: moment(99)) == .full)
        #expect(used.use([3], now: moment(100)) == .fresh)
        #expect(used.use([2], now: moment(198)) == .used)
        #expect(used.use([2], now: moment(200)) == .fresh)
        #expect(used.use([3], now: moment(500)) == .fresh)
    }

    @Test("an address sends so many an hour, and others go on; who sends is remembered before who doesn't")
    func rate() {
        let (first, second) = (AddressGroup([10, 0, 0, 1]), AddressGroup([10, 0, 0, 2]))
        var senders = SenderBuckets(perHour: 10, capacity: 4)
        for _ in 0..<10 { #expect(senders.add(first, now: moment(0)) == nil) }
        #expect(senders.add(first, now: moment(0)) == 360)
        #expect(senders.add(second, now: moment(0)) == nil)
        #expect(senders.level(of: first, now: moment(1800)) == 5)
        #expect(senders.add(first, now: moment(360)) == nil)
        for last in UInt8(3)...20 { #expect(senders.add(AddressGroup([10, 0, 0, last]), now: moment(400)) == nil) }
        #expect(senders.level(of: first, now: moment(400)) > 9)
        #expect(senders.add(first, now: moment(400)) != nil)
    }
}
