import Platform

/// Room on the disk for a file on its way in.
extension IncomingFile {
    /// Files below this aren't worth a call to allocate their space.
    private static let smallestAllocation: UInt64 = 64 << 10

    /// Allocates the space that is set aside for the file where the file system can.
    func allocate() throws(SystemError) {
        guard file.offered.size >= Self.smallestAllocation, granted > 0 else { return }
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
        if granted >= file.offered.size { return }
        granted = file.offered.size
        try FolderTree.wrap { () throws(SystemError) in try allocate() }
    }
}
