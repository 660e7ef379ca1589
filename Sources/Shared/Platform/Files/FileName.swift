/// One name in a folder: 1–255 bytes, no "/" and no NUL, neither "." nor "..".
///
/// A path is a list of these, each opened beneath the handle of the folder before it, so that no text can climb out.
package struct FileName: Hashable, Sendable {
    package static let maximumLength = 255

    package let bytes: [UInt8]

    /// - Returns: nil when the bytes can't be a file's name.
    package init?(_ bytes: [UInt8]) {
        guard (1...Self.maximumLength).contains(bytes.count) else { return nil }
        guard !bytes.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") }) else { return nil }
        guard bytes != [dot], bytes != [dot, dot] else { return nil }
        self.bytes = bytes
    }

    /// - Returns: nil when the bytes can't be a file's name.
    package init?(_ bytes: ArraySlice<UInt8>) {
        self.init(Array(bytes))
    }

    package init?(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// A name that stands in the source. One that can't be a name is a defect of the program, found by the first test.
    package init(constant: StaticString) {
        let name = FileName(constant.description)
        precondition(name != nil, "not a file name")
        bytes = name?.bytes ?? []
    }

    /// Whether the name begins with `prefix`, ASCII letters compared without regard to case, as a FAT or Samba folder would.
    package func hasPrefix(ignoringCase prefix: String) -> Bool {
        let prefix = Array(prefix.utf8)
        return bytes.count >= prefix.count && zip(bytes, prefix).allSatisfy { lowercased($0) == lowercased($1) }
    }

    /// Runs `body` with the name as a C string.
    @safe func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
        withCStringOf(bytes, body)
    }
}

extension FileName: CustomStringConvertible {
    /// The name, escaped for showing.
    package var description: String { escaped(bytes) }
}

extension FileName: Comparable {
    package static func < (left: FileName, right: FileName) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

private let dot = UInt8(ascii: ".")

private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}

/// Runs `body` with the bytes and a closing NUL. Bytes after a NUL among them are out of C's sight: callers exclude it.
@safe func withCStringOf<R>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> R) -> R {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
        for index in bytes.indices { unsafe buffer[index] = CChar(bitPattern: bytes[index]) }
        unsafe buffer[bytes.count] = 0
        guard let start = buffer.baseAddress else { return unsafe body("") }
        return unsafe body(UnsafePointer(start))
    }
}
