import Platform

/// The calls that every confirmation, and every offset that is told, rests on: in one place, so that tests can put failing
/// ones in their stead.
struct FlushCalls: Sendable {
    var file: @Sendable (borrowing FileDescriptor) throws(SystemError) -> Void = { file throws(SystemError) in
        try file.flush()
    }
    var folder: @Sendable (Directory) throws(SystemError) -> Void = { folder throws(SystemError) in
        try folder.flush()
    }
    /// Of the whole file system that the folder lies on.
    var storage: @Sendable (Directory) throws(SystemError) -> Void = { root throws(SystemError) in
        try root.descriptor.flushFileSystem()
    }
    /// Of a folder, harming nothing.
    var change: @Sendable (Directory) throws(SystemError) -> Void = { folder throws(SystemError) in
        try folder.descriptor.setModified(.now)
    }
}

extension FlushCalls {
    /// Makes sure, after flushes, that the file system still takes changes: else nothing of what they said counts.
    ///
    /// A flush succeeds where it finds nothing left to write. On ext4 it finds nothing also when the journal has just been
    /// aborted, and the names that it was to make durable are gone. The next change finds that out, and the one after is refused.
    func requireIntact(_ folder: Directory) throws(SystemError) {
        do throws(SystemError) {
            for _ in 0..<2 { try change(folder) }
        } catch {
            // Where times can't be set nothing is known; that isn't the same as knowing that it is broken. And one that has no
            // room for a time is alive.
            if !error.isLackOfRoom, !Self.saysNothing.contains(error.errno) { throw error }
        }
    }

    private static let saysNothing: Set<Errno> = [
        .notSupported, .notImplemented, .notPermitted, .noMemory, .tryAgain, .interrupted,
    ]
}

/// Flushes files and folders that stand under their final names, and never again trusts one whose flush has failed: Linux
/// reports a lost write once, keeps the lost bytes in memory as if they were written, and a second flush that succeeds proves
/// nothing.
final class Flusher: Sendable {
    let calls: FlushCalls
    private let failed = Monitor<Set<FileIdentity>>([])

    init(_ calls: FlushCalls) {
        self.calls = calls
    }

    func flush(_ file: borrowing FileDescriptor, _ identity: FileIdentity) throws(SystemError) {
        try requireTrust(in: identity)
        do throws(SystemError) {
            try calls.file(file)
        } catch {
            distrust(identity)
            throw error
        }
    }

    func flush(_ folder: Directory, _ identity: FileIdentity) throws(SystemError) {
        try requireTrust(in: identity)
        do throws(SystemError) {
            try calls.folder(folder)
        } catch {
            distrust(identity)
            throw error
        }
    }

    func requireTrust(in identity: FileIdentity) throws(SystemError) {
        guard failed.withLock({ $0.contains(identity) }) else { return }
        throw SystemError("trust a file or folder whose flush failed earlier: check the disk", errno: .inputOutput)
    }

    func distrust(_ identity: FileIdentity) {
        failed.withLock { _ = $0.insert(identity) }
    }
}
