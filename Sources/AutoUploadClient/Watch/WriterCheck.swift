import Platform

/// Whether somebody is still writing a recording.
enum WriterCheck {
    /// Tells by a read lease, taken and given back at once.
    ///
    /// - Parameter descriptor: open for reading only.
    /// - Returns: `.unknown` also where a lease says nothing about other writers (network, FUSE) and where the kind of
    ///   the file system can't be read.
    static func state(of descriptor: borrowing FileDescriptor) -> WriterState {
        guard let kind = try? descriptor.fileSystemKind(), kind.seesEveryWriter else { return .unknown }
        return descriptor.writerState()
    }
}
