import Domain
import Testing
import Transport
import Wire

@testable import AutoUploadClient

@Suite("Receipts of one connection")
struct ReceiptCheckTests {
    private let signer: ReceiptSigner
    /// Signed together, for the user "camera".
    private let confirmations: [Wire.Confirmation]

    init() throws {
        let signer = try #require(ReceiptSigner.make())
        self.signer = signer
        let statements = try (0..<5).map { index in
            try ReceiptStatement(
                key: signer.key, user: "camera", path: RemotePath([0x61]), size: UInt64(index),
                digest: #require(Digest.of([UInt8(index)])), time: 1_700_000_000)
        }
        confirmations = try #require(signer.sign(statements)).map { receipt in
            try Wire.Confirmation(
                size: receipt.statement.size, digest: receipt.statement.digest, fileTag: .elsewhere,
                path: receipt.statement.path, receipt: receipt.stamp)
        }
    }

    /// What a check says of each, in their order.
    private func answers(
        user: String = "camera", key: ReceiptKey?, _ confirmations: [Wire.Confirmation]
    ) -> [Bool] {
        var check = ReceiptCheck(user: user, key: key)
        return confirmations.map { check.covers($0) }
    }

    @Test("those that share a signature count, in any order and again")
    func shared() {
        let all = confirmations + confirmations.reversed()
        #expect(answers(key: signer.key, all).allSatisfy { $0 })
        #expect(Set(confirmations.compactMap { $0.receipt?.signature }).count == 1)
        let check = ReceiptCheck(user: "camera", key: signer.key)
        #expect(check.receipt(of: confirmations[0])?.stamp == confirmations[0].receipt)
    }

    @Test("a forged one behind a good one of the same signature doesn't, and good ones after it do")
    func forged() throws {
        for (index, good) in confirmations.enumerated() {
            let other = confirmations[(index + 1) % confirmations.count]
            func with(_ receipt: ReceiptStamp?, size: UInt64) throws -> Wire.Confirmation {
                try Wire.Confirmation(
                    size: size, digest: good.digest, fileTag: good.fileTag, path: good.path, receipt: receipt)
            }
            let stamp = try #require(good.receipt)
            let bare = ReceiptStamp(time: stamp.time, signature: stamp.signature)
            let forgeries = [
                try with(stamp, size: 99), try with(other.receipt, size: good.size), try with(bare, size: good.size),
                try with(nil, size: good.size),
            ]
            for forgery in forgeries {
                #expect(answers(key: signer.key, [good, forgery, good]) == [true, false, true])
            }
        }
    }

    @Test("of another user, of another key, and where none is due, they don't")
    func strangers() throws {
        let other = try #require(ReceiptSigner.make())
        for (user, key) in [("phone", signer.key), ("camera", other.key), ("camera", nil)] {
            #expect(answers(user: user, key: key, confirmations).allSatisfy { !$0 })
        }
        let unsigned = try Wire.Confirmation(
            size: 1, digest: confirmations[0].digest, fileTag: .elsewhere, path: confirmations[0].path)
        #expect(answers(key: nil, [unsigned]) == [true])
    }
}
