import Connections
import DirectUploads
import Events
import Platform

/// Gives up, now and then, uploads to the bucket that nobody goes on with: on a thread of its own, as an engine may take its time.
struct DirectSweeper: Sendable {
    let uploads: DirectUploads
    let storehouse: Storehouse

    /// Seconds between two sweeps.
    private static let interval = 3600.0

    func start() throws(SystemError) {
        try Thread.detach { [self] in
            var told: String?
            while !storehouse.services.registry.isStopping {
                let swept = uploads.sweep()
                if swept.aborted > 0 {
                    storehouse.services.report(
                        .warning("the bucket: \(swept.aborted) uploads were given up that nobody went on with"))
                }
                let trouble = swept.trouble?.text
                if let trouble, trouble != told { storehouse.services.report(.warning("the bucket: \(trouble)")) }
                told = trouble
                rest()
            }
        }
    }

    private func rest() {
        let end = Deadline.after(seconds: Self.interval)
        while !end.hasPassed, !storehouse.services.registry.isStopping { Thread.sleep(seconds: 1) }
    }
}
