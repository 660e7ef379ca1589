internal import Glibc

/// What this process has taken of its machine.
package enum ProcessUse {
    /// Of all its threads.
    package static var processorSeconds: Double {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Nil where /proc isn't there.
    package static var residentBytes: UInt64? {
        guard let file = try? FileDescriptor.openForReading(path: "/proc/self/statm"),
            let text = try? file.readAll(limit: 1024)
        else { return nil }
        let pages = text.split(separator: UInt8(ascii: " ")).dropFirst().first
        return pages.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }.map { $0 * UInt64(getpagesize()) }
    }
}
