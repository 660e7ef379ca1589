internal import CSystemShims
internal import Glibc

/// What the system lets this process have.
package enum ProcessLimits {
    /// Raises the number of files that may be open at a time to the most that the system allows without privilege.
    ///
    /// - Returns: the number in force.
    @discardableResult
    package static func raiseOpenFiles() -> UInt64 {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return UInt64(limit.rlim_cur)
    }

    /// No core files: they would hold passwords and keys. Other processes of the same user can't look into this one's memory or
    /// environment either. So who crashes has nothing to show, and ends at once: what Swift's runtime calls to show it waits for ever for
    /// what it may not see, and nobody starts such a process anew.
    ///
    /// - Returns: whether the system has agreed.
    @discardableResult
    package static func forbidCoreDumps() -> Bool {
        for number in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] { signal(number, SIG_DFL) }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        let isLimited = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0
        // The limit says nothing to a handler that core_pattern names.
        return shim_hide_memory() == 0 && isLimited
    }

    /// No program that this thread, or one that it starts, may run gives it more rights than it has: no set-user-ID, no file
    /// capabilities.
    package static func forbidNewPrivileges() throws(SystemError) {
        try systemCall("give up new privileges") { shim_forbid_new_privileges() }
    }

    /// Processors that this process may use.
    package static var processors: Int {
        let count = Int(shim_processors())
        return count > 0 ? count : max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))
    }

    package static var isRoot: Bool { geteuid() == 0 }

    package static var userID: UInt32 { geteuid() }

    /// The number of this process.
    package static var processID: Int32 { getpid() }

    /// Limits what others may do with files that this process makes.
    package static func setFileCreationMask(_ mask: UInt32) {
        umask(mask)
    }
}

/// The value of an environment variable, nil when it isn't set.
package func environmentVariable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}

/// Takes a variable out of the environment, and overwrites its value where it stood: neither `ps` nor /proc/PID/environ shows it any
/// longer. Before the first thread starts.
package func forgetEnvironmentVariable(_ name: String) {
    guard let value = unsafe getenv(name) else { return }
    unsafe explicit_bzero(value, strlen(value))
    unsafe unsetenv(name)
}

/// The number of a group by its name or its decimal number.
package func groupID(named name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    guard let group = unsafe getgrnam(name) else { return nil }
    return unsafe group.pointee.gr_gid
}
