internal import CSystemShims

/// Whether somebody is writing a file, as far as this machine can tell.
package enum WriterState: Hashable, Sendable {
    /// No process on this machine has it open for writing.
    case none
    /// A process has it open for writing.
    case writing
    /// The system can't tell: a foreign owner without the right to lease, or a file system without leases.
    case unknown
}

extension FileDescriptor {
    /// Whether any process on this machine has the file open for writing, found by taking a read lease and giving it back
    /// at once. See fcntl(2), F_SETLEASE.
    ///
    /// The lease is never held: it would stall the recorder's next open. One that is opened in that instant sends SIGIO,
    /// which `Signals.ignoreNuisances` must have dealt with. The descriptor must be open for reading only. On network
    /// and FUSE file systems a lease says nothing of other machines: ask `FileSystemKind` first.
    package func writerState() -> WriterState {
        if shim_set_lease(rawValue, CInt(shim_lease_read)) == 0 {
            _ = shim_set_lease(rawValue, CInt(shim_lease_none))
            return .none
        }
        return Errno.current == .tryAgain ? .writing : .unknown
    }

    /// Whether somebody holds a record lock for writing, as some FTP servers do: a hint that it is being written. That nobody
    /// does says nothing. See fcntl(2), F_OFD_GETLK.
    package func isLockedForWriting() -> Bool { shim_is_write_locked(rawValue) == 1 }

    /// Takes a write lease, which proves that nobody else has the file open at all, until the descriptor is closed.
    ///
    /// - Returns: `.none` with the lease taken, `.writing` when somebody else has it open in any way, or `.unknown`.
    package func takeWriteLease() -> WriterState {
        if shim_set_lease(rawValue, CInt(shim_lease_write)) == 0 { return .none }
        return Errno.current == .tryAgain ? .writing : .unknown
    }

    /// Whether the write lease taken on this descriptor still stands. It doesn't once somebody has begun to open the
    /// file: their open(2) waits until the descriptor is closed, or for /proc/sys/fs/lease-break-time.
    package func holdsWriteLease() -> Bool {
        shim_get_lease(rawValue) == CInt(shim_lease_write)
    }
}
