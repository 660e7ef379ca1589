import HTTP

/// Takes the input as a boundary and a body. The body must come apart the same way in one piece, cut anywhere, and byte by
/// byte, and its parts must be as the body has them. Nothing may trap, there and in the smaller things that a client sends.
@c(LLVMFuzzerTestOneInput)
public func fuzzMultipart(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    let length = Int(input.first ?? 0) % (MultipartBoundary.maximumLength + 1)
    if let boundary = try? MultipartBoundary(Array(input.dropFirst().prefix(length))) {
        checkBody(Array(input.dropFirst(1 + length)), boundary)
    }
    checkSmallThings(input)
    return 0
}

private func checkBody(_ body: [UInt8], _ boundary: MultipartBoundary) {
    let limits = MultipartLimits(parts: 20, headBytes: 512, headFields: 4, surroundingBytes: 64, paddingBytes: 4)
    let whole = FormRecord(body, boundary: boundary, limits: limits)
    require(whole.isInOrder, "a part began, went on or ended out of order")
    let cut = body.count / 2 + (body.last.map(Int.init) ?? 0) % 8
    for pieces in [body.map { _ in 1 }, [cut], body.map { Int($0) % 7 }] {
        require(
            FormRecord(body, boundary: boundary, limits: limits, pieces: pieces) == whole,
            "a body comes apart in another way when it comes in pieces")
    }
    require(whole.error != nil || whole.parts.allSatisfy(\.isWhole), "a form ended with a part that isn't whole")
    let delimiter = [0x0D, 0x0A, 0x2D, 0x2D] + boundary.bytes
    for part in whole.parts {
        require(part.content.count < body.count, "a part has more bytes than its body")
        require(!contains(part.content, delimiter + [0x0D, 0x0A]), "a part's content has a delimiter")
        if let name = part.head.fileName {
            require(String(validating: name, as: UTF8.self) != nil, "a file's name isn't UTF-8")
            require(!name.contains(0), "a file's name has NUL")
        }
    }
}

private func checkSmallThings(_ input: [UInt8]) {
    if let boundary = try? MultipartBoundary(contentType: input) {
        require((try? MultipartBoundary(boundary.bytes)) == boundary, "a boundary isn't one")
    }
    if let form = try? URLEncodedForm(input) {
        require(form.fields.count <= URLEncodedForm.Limits().fields, "a form has more fields than its limit")
    }
    if let credentials = try? BasicCredentials(authorization: input) {
        require(!credentials.user.contains(":"), "a user's name has a colon")
    }
}

private func contains(_ bytes: [UInt8], _ other: [UInt8]) -> Bool {
    guard bytes.count >= other.count else { return false }
    return (0...(bytes.count - other.count)).contains { bytes[$0...].starts(with: other) }
}

private func require(_ condition: Bool, _ failure: String) {
    if !condition { fatalError(failure) }
}
