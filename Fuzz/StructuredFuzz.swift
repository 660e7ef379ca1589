import HTTP

/// Takes the input as the value of a structured field of each kind, of digests and of ranges. What was read and written anew must be
/// read as the same again, and be written so again. Nothing may trap.
@c(LLVMFuzzerTestOneInput)
public func fuzzStructuredFields(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let value = FieldValue([UInt8](UnsafeBufferPointer(start: start, count: count))) else { return 0 }
    if let item = try? StructuredItem(value) {
        guard let written = try? item.encoded(), let again = try? StructuredItem(written) else { fatalError("item") }
        require(again == item, "an item isn't the same when it is written anew")
        require((try? again.encoded()) == written, "an item isn't written the same again")
    }
    if let list = try? StructuredList(value), !list.members.isEmpty {
        guard let written = try? list.encoded(), let again = try? StructuredList(written) else { fatalError("list") }
        require(again == list, "a list isn't the same when it is written anew")
    }
    if let dictionary = try? StructuredDictionary(value), !dictionary.entries.isEmpty {
        guard let written = try? dictionary.encoded(), let again = try? StructuredDictionary(written) else {
            fatalError("dictionary")
        }
        require(again == dictionary, "a dictionary isn't the same when it is written anew")
    }
    checkDigests(value)
    checkRanges(value)
    return 0
}

private func checkDigests(_ value: FieldValue) {
    var fields = Fields()
    fields.set(.reprDigest, value)
    if let digests = try? StatedDigests(.reprDigest, in: fields) {
        require(digests.algorithms.allSatisfy { digests[$0] != nil }, "an algorithm has no digest")
    }
    let wish = WantedDigests(.reprDigest, in: fields)["sha-256"]
    require(wish.map { (0...10).contains($0) } ?? true, "a wish is out of range")
}

private func checkRanges(_ value: FieldValue) {
    guard let ranges = ByteRanges(value) else { return }
    require((1...ByteRanges.most).contains(ranges.parts.count), "there are more parts than the limit")
    for length: UInt64 in [0, 1, 10, 1 << 40, .max] {
        guard case .parts(let parts) = ranges.selection(of: length) else { continue }
        require(!parts.isEmpty && parts.allSatisfy { !$0.isEmpty && $0.upperBound <= length }, "a part isn't there")
        for part in parts { _ = ContentRange.value(part, of: length) }
    }
}

private func require(_ condition: Bool, _ failure: String) {
    if !condition { fatalError(failure) }
}
