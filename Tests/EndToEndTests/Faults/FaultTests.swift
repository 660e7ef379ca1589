import Foundation
import Testing

/// What the programs promise of files, while what they stand on fails: calls of the file system, disks, the power, the clock.
///
/// A short round belongs to every run of the tests; with AUTO_UPLOAD_SOAK=full (`scripts/soak faults`) everything is tried at
/// every call. `scripts/test` leaves these out under sanitizers, whose own libraries want to be the first in a process, too.
@Suite("Faults", .enabled(if: FaultLibrary.isAvailable, FaultLibrary.reason))
enum FaultTests {
    static let isFull = ProcessInfo.processInfo.environment["AUTO_UPLOAD_SOAK"] == "full"
}
