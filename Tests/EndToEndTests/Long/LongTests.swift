import Testing

/// Tests that take long, or many resources, and say nothing more under a sanitizer, where they take many times as much:
/// `scripts/test` leaves them out there by this name.
@Suite("Long tests")
enum LongTests {}
