internal import Glibc

/// The home folder of the user that the process runs as, by the password database; nil when it has no entry there, as is
/// usual for the numeric users of containers. See getpwuid_r(3).
package func homeFolder() -> String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 * 1024) { buffer in
        guard let start = buffer.baseAddress else { return nil }
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        let result = unsafe getpwuid_r(geteuid(), &entry, start, buffer.count, &found)
        guard result == 0, unsafe found != nil, let home = unsafe entry.pw_dir else { return nil }
        return unsafe String(cString: home)
    }
}
