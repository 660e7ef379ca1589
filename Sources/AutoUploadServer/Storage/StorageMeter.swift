package import Measuring
package import Platform
import Synchronization

/// What the storage measures of its own work, also over another storage that is opened in the place of the first.
package final class StorageMeter: Sendable {
    /// Bytes that have come of uploads.
    package let received = Counter()
    /// How long flushes took that succeeded, in seconds: of files, of folders, of the whole file system.
    package let files = Histogram.ofSeconds()
    package let folders = Histogram.ofSeconds()
    package let whole = Histogram.ofSeconds()
    /// Flushes that failed.
    package let failures = Counter()
    /// How many uploads were made durable together.
    package let batches = Histogram([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
    /// From an upload's last byte until it is stored, in seconds.
    package let answers = Histogram.ofSeconds()

    package init() {}

    /// Does what takes time, and notes how long it took.
    func time(_ histogram: Histogram, _ flush: () throws(SystemError) -> Void) throws(SystemError) {
        let begun = Instant.now
        do throws(SystemError) {
            try flush()
        } catch {
            failures.add()
            throw error
        }
        histogram.observe(Instant.now.seconds(since: begun))
    }
}

extension Vault {
    /// Uploads that aren't stored yet, and since when this process knows of the oldest.
    package var unfinished: (count: Int, oldest: Instant?) { partials.tally }

    /// Uploads that wait to be made durable.
    package var waitingCommits: Int { waiting.load(ordering: .relaxed) }

    /// Bytes that are promised to uploads, and not yet on the disk.
    package var promised: UInt64 { space.promised }

    /// Bytes of the file system that stay free.
    package func keptFree(of room: FileSystemRoom) -> UInt64 { space.keptFree(of: room) }
}
