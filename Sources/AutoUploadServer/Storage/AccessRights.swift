import Platform

/// Who besides the server may read what is stored.
package struct AccessRights: Hashable, Sendable {
    /// Permissions of files, 0o400 … 0o777.
    package var file: UInt32
    /// The group that files and folders are given to; nil leaves the server's.
    package var group: UInt32?

    package init(file: UInt32 = 0o600, group: UInt32? = nil) {
        (self.file, self.group) = (file, group)
    }

    /// Folders can be entered by whoever can read files in them.
    package var folder: UInt32 { 0o700 | file | (file & 0o444) >> 2 }

    /// What a new folder is made with. The sticky bit says that it hasn't got its rights yet: after a crash it can be told from
    /// one that an admin has closed.
    static let unfinishedFolder: UInt32 = 0o1700
    /// A folder with this bit hands its group, and the bit, down to what is made in it.
    static let keepsGroup: UInt32 = 0o2000

    /// Gives a new folder its rights, whatever the process's mask made of them.
    func apply(toFolder folder: Directory) throws(SystemError) {
        if let group { try folder.descriptor.setGroup(group) }
        try folder.descriptor.setPermissions(self.folder)
    }

    func apply(toFile file: borrowing FileDescriptor) throws(SystemError) {
        // Mostly it was made with them. A change is written by the file system, a look isn't.
        if try file.status().permissions != self.file { try file.setPermissions(self.file) }
        if let group { try file.setGroup(group) }
    }
}
