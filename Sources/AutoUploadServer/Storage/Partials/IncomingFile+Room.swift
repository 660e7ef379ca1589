import Platform

/// Room on the disk for a file on its way in.
extension IncomingFile {
    /// Files below this aren't worth a call to allocate their space.
    private static let smallestAllocation: UInt64 = 64 << 10

    /// Bytes that a file whose size isn't known gets at a time; then a quarter of what it has.
    private static let smallestStep: UInt64 = 4 << 20

    /// Allocates the space that is set aside for the file where the file system can. One whose size isn't known takes it as it
    /// grows: what was allocated beyond its end would stay so.
    func allocate() throws(SystemError) {
        guard let size = file.offered.size, size >= Self.smallestAllocation, granted > 0 else { return }
        do throws(SystemError) {
            try file.descriptor.preallocate(granted)
            file.reservation.occupies(granted)
        } catch {
            if error.errno != .notSupported, error.errno != .notImplemented { throw error }
        }
    }

    /// Has all of it set aside before its first byte is taken: what has begun can be finished.
    mutating func begin() throws(VaultError) {
        try file.reservation.begin()
        guard let size = file.offered.size, granted < size else { return }
        granted = size
        try FolderTree.wrap { () throws(SystemError) in try allocate() }
    }

    /// Sets aside what a file needs whose size isn't known, some of it ahead.
    mutating func makeRoom(for bytes: UInt64) throws(VaultError) {
        if file.offered.size != nil || bytes <= granted { return }
        let ahead = bytes.plus(max(Self.smallestStep, bytes / 4))
        do throws(VaultError) {
            try file.reservation.grow(to: ahead)
            granted = ahead
        } catch {
            try file.reservation.grow(to: bytes)
            granted = bytes
        }
    }

    /// The file is as large as this, and takes no more.
    mutating func giveBackRoom(beyond size: UInt64) {
        granted = min(granted, size)
        file.reservation.shrink(to: size)
    }
}
