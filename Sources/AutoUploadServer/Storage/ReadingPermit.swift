package import Platform

/// Under what conditions a stored file is read because somebody asks about it.
package struct ReadingPermit {
    /// Whether a file of this size may be read now.
    package var mayRead: (FileIdentity, UInt64) -> Bool
    /// Is asked before each piece; it may wait. From false on nothing more is read.
    package var goesOn: () -> Bool

    package init(
        mayRead: @escaping (FileIdentity, UInt64) -> Bool = { _, _ in true }, goesOn: @escaping () -> Bool = { true }
    ) {
        (self.mayRead, self.goesOn) = (mayRead, goesOn)
    }
}
