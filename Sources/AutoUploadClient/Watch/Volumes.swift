import Platform

/// The file systems of a watched folder, by numbers that stay: those of devices change with the order in which they are mounted,
/// on btrfs for each subvolume.
struct Volumes: Hashable, Sendable {
    /// By the devices of now; 0 for those that have no such number.
    private var identities: [UInt64: UInt64] = [:]
    private var devices: [UInt64: UInt64] = [:]

    func knows(_ device: UInt64) -> Bool { identities[device] != nil }

    /// - Parameter identity: nil where the file system has none.
    mutating func add(_ device: UInt64, identity: UInt64?) {
        // Of a copy of one that is there, too, such as a cloned card, only the device tells which of them is meant.
        guard let identity, devices[identity] == nil else {
            identities[device] = 0
            return
        }
        identities[device] = identity
        devices[identity] = device
    }

    /// The number to be kept for files of a device; 0 where there is none but that.
    func identity(of device: UInt64) -> UInt64 { identities[device] ?? 0 }

    /// The device that files are on now.
    ///
    /// - Returns: one that there isn't where the file system isn't there.
    func device(keptAs device: UInt64, _ identity: UInt64) -> UInt64 {
        identity == 0 ? device : devices[identity] ?? .max
    }

    /// Those that have a number, and weren't there before.
    func added(to earlier: Volumes) -> [(device: UInt64, identity: UInt64)] {
        devices.filter { earlier.devices[$0.key] != $0.value }.map { ($0.value, $0.key) }
    }
}
