internal import Glibc

extension FileDescriptor {
    /// Writes the first `count` of the bytes at a place in the file, whatever the descriptor's position.
    ///
    /// - Parameters:
    ///   - count: how many; no more than there are.
    ///   - offset: bytes from the start of the file.
    package func write(_ bytes: [UInt8], first count: Int, at offset: UInt64) throws(SystemError) {
        try write(unsafe bytes.span.bytes.extracting(first: count), at: offset)
    }

    /// Writes every byte at a place in the file, whatever the descriptor's position. The corresponding C function is `pwrite`.
    ///
    /// - Parameter offset: bytes from the start of the file.
    func write(_ bytes: RawSpan, at offset: UInt64) throws(SystemError) {
        try unsafe bytes.withUnsafeBytes { buffer throws(SystemError) in
            var written = 0
            while written < buffer.count {
                guard let start = buffer.baseAddress else { return }
                let place = off_t(clamping: offset.addingReportingOverflow(UInt64(written)).partialValue)
                written += try systemCall("write") {
                    unsafe pwrite(rawValue, start + written, buffer.count - written, place)
                }
            }
        }
    }
}
