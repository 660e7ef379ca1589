internal import CSystemShims
internal import Glibc

extension Directory {
    /// The folder above this one, good for asking about names in it and for going further up, but not for listing or
    /// flushing it: unlike `openParent` it needs no right to read (O_PATH; see open(2)).
    ///
    /// - Returns: at the root, the root itself; at the root of a mount, the folder that the mount point lies in.
    package func openParentForSearching() throws(SystemError) -> Directory {
        let flags = shim_O_PATH | O_DIRECTORY | O_CLOEXEC
        let raw = try systemCall("open the folder above") { unsafe openat(descriptor.rawValue, "..", flags) }
        return Directory(owning: FileDescriptor(owning: raw))
    }
}
