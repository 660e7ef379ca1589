internal import CQRencode

/// A QR code (ISO/IEC 18004) of a text.
package struct QRCode {
    /// Row by row, true for a dark one.
    package let modules: [[Bool]]

    /// - Returns: nil when the text is longer than a code can hold, or there is no memory for it.
    package init?(_ text: String) {
        guard let code = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
        defer { unsafe QRcode_free(code) }
        let width = Int(unsafe code.pointee.width)
        guard let data = unsafe code.pointee.data else { return nil }
        // The lowest bit of a byte says whether its module is dark; the others, what it is for.
        let bytes = unsafe UnsafeBufferPointer(start: data, count: width * width)
        modules = (0..<width).map { row in
            (0..<width).map { column in unsafe bytes[row * width + column] & 1 == 1 }
        }
    }
}
