import Wire

/// Takes the input as a receipt's file, and as what travels of one. What is read must be written as the same bytes, so that
/// no two files are the same receipt, and must sign what the file's first lines say. Nothing may trap.
@c(LLVMFuzzerTestOneInput)
public func fuzzReceipt(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    checkStamp(input)
    guard let receipt = try? Receipt(text: input) else { return 0 }
    require(receipt.text == input, "a receipt is written as other bytes than it was read from")
    let statement = receipt.statement.bytes
    require(input.starts(with: statement), "what was signed isn't what the file begins with")
    require(statement.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) }, "a statement isn't of ASCII lines")
    require(statement.count { $0 == 0x0A } == 7, "a statement doesn't have seven lines")
    checkConfirmation(receipt)
    return 0
}

private func checkStamp(_ input: [UInt8]) {
    guard let stamp = ReceiptStamp(input) else { return require(input.count != 72, "72 bytes are no stamp") }
    require(stamp.bytes == input, "a stamp is written as other bytes than it was read from")
}

/// A receipt that was read can be the one of a confirmation, and comes out of that again.
private func checkConfirmation(_ receipt: Receipt) {
    let statement = receipt.statement
    let confirmation = try? Confirmation(
        size: statement.size, digest: statement.digest, fileTag: .unstated, path: statement.path, receipt: receipt.stamp
    )
    guard let confirmation else { return require(false, "a receipt fits no confirmation") }
    let again = Receipt(confirmation, user: statement.user, key: statement.key)
    require(again == receipt, "a receipt comes out of its confirmation as another")
}

private func require(_ condition: Bool, _ failure: String) {
    if !condition { fatalError(failure) }
}
