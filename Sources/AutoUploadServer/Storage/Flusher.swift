import Measuring
import Platform

/// The calls that every confirmation, and every offset that is told, rests on: in one place, so that tests can put failing
/// ones in their stead.
package struct FlushCalls: Sendable {
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

/// Makes durable what stands under its final name, or is on its way there, and never flushes again what it doesn't trust any more.
struct Flusher: Sendable {
    let calls: FlushCalls
    let distrust: FlushDistrust
    let meter: StorageMeter

    init(
        _ calls: FlushCalls, _ distrust: FlushDistrust = FlushDistrust(),
        measuredBy meter: StorageMeter = StorageMeter()
    ) {
        (self.calls, self.distrust, self.meter) = (calls, distrust, meter)
    }

    /// Of a file: its content and attributes.
    func flush(_ file: borrowing FileDescriptor, _ identity: FileIdentity) throws(SystemError) {
        try flush(identity, hasContent: true, meter.files) { () throws(SystemError) in try calls.file(file) }
    }

    /// Of a file whose content has been flushed: that it has a name, or another one.
    func flushNaming(of file: borrowing FileDescriptor, _ identity: FileIdentity) throws(SystemError) {
        try flush(identity, hasContent: false, meter.files) { () throws(SystemError) in try calls.file(file) }
    }

    func flush(_ folder: Directory, _ identity: FileIdentity) throws(SystemError) {
        try flush(identity, hasContent: false, meter.folders) { () throws(SystemError) in try calls.folder(folder) }
    }

    func flush(_ folder: Directory) throws(SystemError) {
        try flush(folder, try folder.status().identity)
    }

    /// The whole file system that the storage folder lies on.
    func flushAll(_ root: Directory) throws(SystemError) {
        try distrust.watch(root) { () throws(SystemError) in
            try meter.time(meter.whole) { () throws(SystemError) in try calls.storage(root) }
        }
    }

    private func flush(
        _ identity: FileIdentity, hasContent: Bool, _ histogram: Histogram, _ flush: () throws(SystemError) -> Void
    ) throws(SystemError) {
        try distrust.requireTrust(in: [.inode(identity)])
        do throws(SystemError) {
            try meter.time(histogram, flush)
        } catch {
            distrust.lose(identity, hasContent: hasContent, error)
            throw error
        }
    }
}
