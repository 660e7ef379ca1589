import Domain
import TestSupport
import Testing
import Wire

@Suite("Receipts in confirmations")
struct ReceiptStampTests {
    static let good = Vector.of("receipts.txt").filter { $0.fields["expect"] == "ok" }

    @Test("are what the vectors state", arguments: good)
    func vectors(_ vector: Vector) throws {
        let receipt = try Receipt(text: vector.bytes("text"))
        #expect(receipt.stamp.bytes == (try vector.bytes("receipt")))
        #expect(ReceiptStamp(try vector.bytes("receipt")) == receipt.stamp)
    }

    @Test("travel with whole steps only, of which there are sixteen at most")
    func stamps() throws {
        let whole = Self.stamp(steps: 16)
        #expect(ReceiptStamp.byteCounts == 72...600)
        for count in 0...(whole.count + 40) {
            let bytes = Array((whole + [UInt8](repeating: 1, count: 40)).prefix(count))
            let isWhole = count >= 72 && count <= 600 && (count - 72).isMultiple(of: 33)
            #expect(ReceiptStamp(bytes).map(\.bytes) == (isWhole ? bytes : nil))
        }
        for side in 2...UInt8.max {
            var bytes = whole
            bytes[72 + 33 * 7] = side
            #expect(ReceiptStamp(bytes) == nil)
        }
    }

    private static func stamp(steps: Int) -> [UInt8] {
        let step = [UInt8](repeating: 0xAB, count: 32)
        return [UInt8](repeating: 7, count: 72) + (0..<steps).flatMap { [UInt8($0 % 2)] + step }
    }

    @Test("are made of a confirmation, the login and the server's key", arguments: good)
    func fromConfirmation(_ vector: Vector) throws {
        let receipt = try Receipt(text: vector.bytes("text"))
        let statement = receipt.statement
        let confirmation = try Confirmation(
            size: statement.size, digest: statement.digest, fileTag: .unstated, path: statement.path,
            receipt: receipt.stamp)
        #expect(Receipt(confirmation, user: statement.user, key: statement.key, nonce: statement.nonce) == receipt)
        let unsigned = try Confirmation(
            size: statement.size, digest: statement.digest, fileTag: .unstated, path: statement.path)
        #expect(Receipt(unsigned, user: statement.user, key: statement.key) == nil)
    }
}
