internal import Glibc

extension FileDescriptor {
    /// Takes an advisory lock on the open file, without waiting. It lasts until the last copy of the descriptor is closed,
    /// also by the process's end. The corresponding C function is `flock`.
    ///
    /// - Returns: false when another process holds a lock that stands against it.
    package func tryLock(exclusive: Bool) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try systemCall("lock") { flock(rawValue, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) }
            return true
        } catch {
            if error.errno == .tryAgain { return false }
            throw error
        }
    }

    /// Takes the lock, waiting for its holder, but not for ever.
    ///
    /// - Returns: false when the time was over first.
    package func lock(exclusive: Bool, until deadline: Deadline) throws(SystemError) -> Bool {
        // flock(2) has no time limit of its own, and a signal to end it would need a handler: ask again and again.
        while try !tryLock(exclusive: exclusive) {
            if deadline.hasPassed { return false }
            usleep(20_000)
        }
        return true
    }

    /// Takes the lock, waiting for its holder.
    package func lock(exclusive: Bool) throws(SystemError) {
        try systemCall("lock") { flock(rawValue, exclusive ? LOCK_EX : LOCK_SH) }
    }
}
