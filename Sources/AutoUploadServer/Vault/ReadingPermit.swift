import Platform

/// Under what conditions a stored file is read because somebody asks about it.
struct ReadingPermit {
    /// Whether a file of this size may be read now.
    var mayRead: (FileIdentity, UInt64) -> Bool = { _, _ in true }
    /// Is asked before each piece; it may wait. From false on nothing more is read.
    var goesOn: () -> Bool = { true }
}
