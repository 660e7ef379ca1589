internal import CSystemShims
internal import Glibc

/// What a process may still do with files, from some point on and for good: see landlock(7). Rules are on folders, so that what is
/// replaced in them by renaming stays within reach.
///
/// The rules count for the thread that asks for them and those that it starts.
package struct Landlock: Sendable {
    /// What is allowed beneath a folder; nothing is, elsewhere.
    package enum Use: Sendable {
        case reading
        /// Also writing, making, renaming and removing.
        case changing
        /// Only removing files.
        case removing
    }

    /// What came of it.
    package enum Outcome: Hashable, Sendable {
        /// By this version of Landlock.
        case confined(version: Int)
        /// It isn't there, or too old to be of use.
        case unavailable(String)
    }

    private var folders: [(path: String, use: Use)] = []
    private var ports: [UInt16] = []

    package init() {}

    /// What doesn't exist is left out: nothing can be allowed there.
    package mutating func allow(_ use: Use, beneath path: String) {
        folders.append((path, use))
    }

    /// Lets TCP connections be made to a port, wherever.
    package mutating func allowConnecting(to port: UInt16) { ports.append(port) }

    /// Confines this thread, and those that it will start, which may gain no privileges any more (`ProcessLimits.forbidNewPrivileges`).
    ///
    /// No program can be run, no device be used and no other TCP connection or port be opened any more, and no signal be sent to processes
    /// outside; as far as the kernel's version knows of it.
    package func confine() throws(SystemError) -> Outcome {
        let version = Int(shim_landlock_version())
        guard version >= Self.leastVersion else {
            if version > 0 { return .unavailable("this kernel's Landlock lets no file be renamed into another folder") }
            return .unavailable("this kernel has no Landlock, or it is turned off: \(Errno.current)")
        }
        let rights = Rights(version: version)
        let raw = try systemCall("make rules for Landlock") {
            shim_landlock_create(rights.files, rights.network, rights.scopes)
        }
        let rules = FileDescriptor(owning: raw)
        for (path, use) in folders { try allow(path, rights.allowed(use), in: rules) }
        if rights.network != 0 {
            for port in ports {
                let raw = rules.rawValue
                try systemCall("allow connections by Landlock") { shim_landlock_allow_port(raw, UInt64(port)) }
            }
        }
        try Self.take(rules)
        return .confined(version: version)
    }

    private static func take(_ rules: borrowing FileDescriptor) throws(SystemError) {
        let rules = rules.rawValue
        try systemCall("confine itself by Landlock") { shim_landlock_restrict(rules) }
    }

    /// The first that can let files be renamed and linked from one folder to another: Linux 5.19.
    private static let leastVersion = 2

    private func allow(_ path: String, _ rights: UInt64, in rules: borrowing FileDescriptor) throws(SystemError) {
        let raw: CInt
        do throws(SystemError) {
            raw = try systemCall("open", escaped(path)) { unsafe open(path, shim_O_PATH | O_CLOEXEC) }
        } catch {
            if [.noEntry, .accessDenied, .notDirectory].contains(error.errno) { return }
            throw error
        }
        try Self.allow(FileDescriptor(owning: raw), path, rights, in: rules)
    }

    private static func allow(
        _ place: consuming FileDescriptor, _ path: String, _ rights: UInt64, in rules: borrowing FileDescriptor
    ) throws(SystemError) {
        let isFolder = try place.status().kind == .directory
        let (rules, folder) = (rules.rawValue, place.rawValue)
        try systemCall("allow by Landlock", escaped(path)) {
            shim_landlock_allow(rules, folder, isFolder ? rights : rights & Rights.ofFiles)
        }
        try place.close()
    }
}

extension Landlock {
    /// As bits: see linux/landlock.h.
    private struct Rights {
        let files: UInt64
        let network: UInt64
        let scopes: UInt64

        private static let execute: UInt64 = 1 << 0
        private static let writeFile: UInt64 = 1 << 1
        private static let readFile: UInt64 = 1 << 2
        private static let readFolder: UInt64 = 1 << 3
        private static let removeFolder: UInt64 = 1 << 4
        private static let removeFile: UInt64 = 1 << 5
        private static let makeFolder: UInt64 = 1 << 7
        private static let makeFile: UInt64 = 1 << 8
        private static let makeSymbolicLink: UInt64 = 1 << 12
        private static let refer: UInt64 = 1 << 13
        private static let truncate: UInt64 = 1 << 14
        /// With ioctl(2) of devices, which came last.
        private static let all: UInt64 = (1 << 16) - 1

        /// What can be allowed for a single file.
        static let ofFiles = writeFile | readFile | truncate

        init(version: Int) {
            files =
                switch version {
                case 2: Self.truncate - 1
                case 3, 4: Self.all >> 1
                default: Self.all
                }
            // bind(2) and connect(2) of TCP.
            network = version >= 4 ? 0b11 : 0
            // Sockets without a place in the file system, and signals.
            scopes = version >= 6 ? 0b11 : 0
        }

        func allowed(_ use: Use) -> UInt64 {
            let reading = Self.readFile | Self.readFolder
            switch use {
            case .reading: return reading & files
            case .removing: return Self.removeFile & files
            case .changing:
                let changing =
                    Self.writeFile | Self.removeFolder | Self.removeFile | Self.makeFolder | Self.makeFile
                    | Self.makeSymbolicLink | Self.refer | Self.truncate
                return (reading | changing) & files
            }
        }
    }
}
