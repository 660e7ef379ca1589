internal import Platform

extension RandomStream {
    /// Fills the first `count` of the bytes, or all of them when there are fewer.
    ///
    /// - Throws: as `fill(_:)`.
    package mutating func fill(_ bytes: inout [UInt8], first count: Int) throws(TLSError) {
        try bytes.withUnsafeMutableBytesTyped { buffer throws(TLSError) in
            let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(max(0, count)))
            try fill(part)
        }
    }
}
