import Platform

/// The calls that every confirmation rests on, in one place, so that tests can put failing ones in their stead.
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
