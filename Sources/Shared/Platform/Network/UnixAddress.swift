internal import Glibc

/// Sockets that stand in the file system: see unix(7).
extension SocketAddress {
    /// Bytes in a socket's path.
    package static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// - Returns: nil where a socket can't have such a path.
    package init?(path: String) {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= Self.longestPath, !bytes.contains(0) else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        self = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe SocketAddress(copying: $0, length: socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    package var isUnix: Bool { family == AF_UNIX }

    /// Where a socket stands; nil for one that stands nowhere, as a client's.
    package var path: String? {
        let bytes = unsafe withAddress { address, length in
            let room = max(0, Int(length) - MemoryLayout<sa_family_t>.size)
            return unsafe address.withMemoryRebound(to: sockaddr_un.self, capacity: 1) {
                unsafe withUnsafeBytes(of: $0.pointee.sun_path) { unsafe Array($0.prefix(room).prefix { $0 != 0 }) }
            }
        }
        return isUnix && !bytes.isEmpty ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
