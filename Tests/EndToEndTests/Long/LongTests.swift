import Foundation
import Testing

/// Tests that take long, or many resources, and say nothing more under a sanitizer, where they take many times as much:
/// `scripts/test` leaves them out there by this name.
@Suite("Long tests")
enum LongTests {
    /// Whether `scripts/soak links` runs them, which has the time for all of it.
    static let hasTime = ProcessInfo.processInfo.environment["AUTO_UPLOAD_SOAK"] == "links"
}
