internal import Glibc

extension FileDescriptor {
    /// Reads from a place on, until the buffer is full or the file ends. The descriptor's position stays: many threads may do it.
    ///
    /// - Returns: bytes read.
    package func read(at offset: UInt64, into buffer: inout [UInt8]) throws(SystemError) -> Int {
        try buffer.withUnsafeMutableBytesTyped { buffer throws(SystemError) in
            var filled = 0
            while filled < buffer.count {
                guard let start = buffer.baseAddress else { break }
                let place = off_t(clamping: offset.addingReportingOverflow(UInt64(filled)).partialValue)
                let count = try systemCall("read") {
                    unsafe pread(rawValue, start + filled, buffer.count - filled, place)
                }
                if count == 0 { break }
                filled += count
            }
            return filled
        }
    }
}
