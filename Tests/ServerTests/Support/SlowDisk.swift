import Platform

@testable import Storage

/// Flushes that last until they are let go.
final class SlowDisk: Sendable {
    private let isStuck = Monitor(false)

    var calls: FlushCalls {
        let wait: @Sendable () -> Void = { [isStuck] in isStuck.wait { $0 ? nil : () } }
        return FlushCalls(
            file: { file throws(SystemError) in
                wait()
                try file.flush()
            },
            folder: { folder throws(SystemError) in
                wait()
                try folder.flush()
            },
            storage: { root throws(SystemError) in
                wait()
                try root.descriptor.flushFileSystem()
            })
    }

    func stick() { isStuck.change { $0 = true } }
    func letGo() { isStuck.change { $0 = false } }
}
