import Domain
import Wire

/// Takes the input as a receipt's file, and as what travels of one. What is read must be written as the same bytes, so that
/// no two files are the same receipt, and must be about what the file's first lines say. Nothing may trap.
@c(LLVMFuzzerTestOneInput)
public func fuzzReceipt(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    checkStamp(input)
    guard let receipt = try? Receipt(text: input) else { return 0 }
    require(receipt.text == input, "a receipt is written as other bytes than it was read from")
    let statement = receipt.statement.bytes
    require(input.starts(with: statement), "what was signed isn't what the file begins with")
    require(statement.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) }, "a statement isn't of ASCII lines")
    let lines = receipt.statement.nonce == nil ? 7 : 8
    require(statement.count { $0 == 0x0A } == lines, "a statement has lines that it can't have")
    require(input.count { $0 == 0x0A } == lines + 1 + receipt.proof.steps.count, "a step isn't a line")
    checkProof(receipt.proof)
    checkConfirmation(receipt)
    return 0
}

/// What is hashed on the way can't be taken for a statement.
private func checkProof(_ proof: ReceiptProof) {
    require(ReceiptProof(proof.bytes.span) == proof, "a proof is read as another than was written")
    for step in proof.steps {
        let pair = step.pair(with: step.sibling)
        require(pair.count == 170, "a pair has another length")
        require((try? Receipt(text: pair)) == nil, "a pair is taken for a receipt")
    }
}

private func checkStamp(_ input: [UInt8]) {
    guard let stamp = ReceiptStamp(input) else { return require(input.count != 72, "72 bytes are no stamp") }
    require(ReceiptStamp.byteCounts.contains(stamp.bytes.count), "a stamp has a length that none has")
    require(stamp.bytes == input, "a stamp is written as other bytes than it was read from")
}

/// A receipt that was read can be the one of a confirmation, and comes out of that again.
private func checkConfirmation(_ receipt: Receipt) {
    let statement = receipt.statement
    let confirmation = try? Confirmation(
        size: statement.size, digest: statement.digest, fileTag: .unstated, path: statement.path, receipt: receipt.stamp
    )
    guard let confirmation else { return require(false, "a receipt fits no confirmation") }
    let again = Receipt(confirmation, user: statement.user, key: statement.key, nonce: statement.nonce)
    require(again == receipt, "a receipt comes out of its confirmation as another")
}

private func require(_ condition: Bool, _ failure: String) {
    if !condition { fatalError(failure) }
}
