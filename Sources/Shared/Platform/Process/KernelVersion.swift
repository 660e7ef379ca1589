internal import Glibc

/// The first two numbers of a Linux release: "5.15.0-105-generic" → 5.15.
package struct KernelVersion: Hashable, Comparable, Sendable {
    package let major: Int
    package let minor: Int

    package init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// - Parameter release: as uname(2) tells it.
    package init?(release: String) {
        let numbers = release.split(whereSeparator: { !("0"..."9").contains($0) }).prefix(2).compactMap { Int($0) }
        guard release.first?.isASCII == true, release.first?.isNumber == true, numbers.count == 2 else { return nil }
        self.init(major: numbers[0], minor: numbers[1])
    }

    package static func < (left: KernelVersion, right: KernelVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// The one that runs; 0.0 when it doesn't tell.
    package static let running: KernelVersion = {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return KernelVersion(major: 0, minor: 0) }
        let release = unsafe withUnsafeBytes(of: &name.release) { bytes in
            String(decoding: unsafe Array(bytes.prefix { $0 != 0 }), as: UTF8.self)
        }
        return KernelVersion(release: release) ?? KernelVersion(major: 0, minor: 0)
    }()

    /// Whether syncfs(2) tells of all that it couldn't write: of lost content since Linux 5.8, of a file system that
    /// couldn't write its own journal since 5.17 ("vfs: make sync_filesystem return errors from ->sync_fs").
    package var tellsOfFailedWholeFlush: Bool { self >= KernelVersion(major: 5, minor: 17) }
}
