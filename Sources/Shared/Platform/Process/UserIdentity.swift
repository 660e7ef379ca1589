internal import Glibc

/// A user of this machine, whom a process of root's can become.
package struct UserIdentity: Sendable {
    package let name: String
    let user: uid_t
    let group: gid_t

    /// - Parameter name: or the decimal number of a user that has a name.
    /// - Returns: nil when there is none.
    package init?(named name: String) {
        let number = uid_t(name)
        guard let entry = unsafe number.map({ unsafe getpwuid($0) }) ?? getpwnam(name) else { return nil }
        self.name = unsafe String(cString: entry.pointee.pw_name)
        (user, group) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }

    package var isRoot: Bool { user == 0 }

    /// Whether this process is run by it already.
    package var isOwn: Bool { user == geteuid() && user == getuid() }

    /// Becomes this user for good, with the groups that it is in, and without any capability.
    ///
    /// - Throws: also when the way back is still open.
    package func become() throws(SystemError) {
        let subject = "the user \(escaped(name))"
        try systemCall("take the groups of", subject) { unsafe initgroups(name, group) }
        try systemCall("become", subject) { setgid(group) }
        try systemCall("become", subject) { setuid(user) }
        guard user == 0 || setuid(0) != 0, geteuid() == user, getegid() == group else {
            throw SystemError("become", subject, errno: .notPermitted)
        }
    }
}
