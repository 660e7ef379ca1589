internal import Glibc

extension Socket {
    /// Reads what has come, at most `buffer.count` bytes, without waiting.
    ///
    /// - Returns: nil when nothing has come yet; 0 at the peer's end.
    @safe package func readAvailable(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        do throws(SystemError) {
            return try systemCall("receive from", peer.description) {
                unsafe recv(rawDescriptor, buffer.baseAddress, buffer.count, 0)
            }
        } catch {
            if error.errno == .tryAgain { return nil }
            throw error
        }
    }

    /// Reads what has come, at most `most` bytes, without waiting.
    ///
    /// - Returns: nil when nothing has come yet; empty at the peer's end.
    package func readAvailable(_ most: Int) throws(SystemError) -> [UInt8]? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: most, alignment: 1)
        defer { unsafe buffer.deallocate() }
        return try readAvailable(into: buffer).map { unsafe Array(buffer.prefix($0)) }
    }

    /// Writes what can be written of `bytes` without waiting.
    ///
    /// - Returns: bytes taken; 0 when there is no room.
    package func writeAvailable(_ bytes: RawSpan) throws(SystemError) -> Int {
        do throws(SystemError) {
            return try unsafe bytes.withUnsafeBytes { bytes throws(SystemError) in
                try systemCall("send to", peer.description) {
                    unsafe Glibc.send(rawDescriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
                }
            }
        } catch {
            if error.errno == .tryAgain { return 0 }
            throw error
        }
    }
}
