package import Domain
package import Platform
import Transport

/// A stored file, open to be read. It stays what it was opened as, whatever becomes of its name.
package final class StoredContent: Sendable {
    private let file: FileDescriptor
    package let status: FileStatus

    fileprivate init(_ file: consuming FileDescriptor) throws(SystemError) {
        status = try file.status()
        guard status.kind == .regular else { throw SystemError("read", errno: .noEntry) }
        self.file = file
        self.file.adviseSequentialReading()
    }

    /// Bytes that it had when it was opened.
    package var size: UInt64 { status.size }

    /// The digest of all of it.
    ///
    /// - Parameter goesOn: is asked before each piece; from false on it throws.
    /// - Returns: nil when OpenSSL has no memory.
    package func digest(while goesOn: () -> Bool) throws(VaultError) -> ContentDigest? {
        var hasher = ContentHasher()
        var offset: UInt64 = 0
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        do throws(SystemError) {
            while true {
                guard goesOn() else { throw SystemError("read", errno: .interrupted) }
                let count = try read(at: offset, into: &buffer)
                buffer.span.withRawBytes { hasher.update($0.extracting(..<count)) }
                if count < buffer.count { return hasher.finalize() }
                offset += UInt64(count)
            }
        } catch {
            throw VaultError(error)
        }
    }

    /// Reads from a place on, until the buffer is full or the file ends.
    ///
    /// - Returns: bytes read.
    package func read(at offset: UInt64, into buffer: inout [UInt8]) throws(SystemError) -> Int {
        try file.read(at: offset, into: &buffer)
    }
}

extension Vault {
    /// Opens what is stored under a path, to be read. Nothing is said of whether it is durable: that is `find`'s.
    ///
    /// - Parameter path: below the user's folder, as it is there, or else as a client named it.
    /// - Returns: nil when no file is there.
    package func open(user: FileName, path: RemotePath) throws(VaultError) -> StoredContent? {
        try requireInPlace()
        return try publisher.open(user: user, path)
    }
}

extension Publisher {
    fileprivate func open(user: FileName, _ path: RemotePath) throws(VaultError) -> StoredContent? {
        if let content = try openSpelled(user, path) { return content }
        let spelled = try spelling.spelled(path)
        return spelled == path ? nil : try openSpelled(user, spelled)
    }

    private func openSpelled(_ user: FileName, _ path: RemotePath) throws(VaultError) -> StoredContent? {
        guard let (chain, name) = try folders.find(user: user, path) else { return nil }
        do throws(SystemError) {
            return try StoredContent(try chain.last.directory.open(name, .reading, crossingMounts: false))
        } catch {
            if Self.nothingThere.contains(error.errno) { return nil }
            throw VaultError(error)
        }
    }
}
