internal import CSystemShims

/// How a file's content lies on its file system, where that can be told.
package struct ContentPlacing: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Some of its blocks are another file's, or a snapshot's, too.
    package static let shared = ContentPlacing(rawValue: 1)
    /// Some of it lies among the file system's own records.
    package static let inline = ContentPlacing(rawValue: 1 << 1)
    /// Some of it is compressed.
    package static let encoded = ContentPlacing(rawValue: 1 << 2)
    /// The file system encrypts it by a key that isn't on the medium as it is (fscrypt).
    package static let encrypted = ContentPlacing(rawValue: 1 << 3)
    /// It goes through the file system's journal (ext4, `chattr +j`).
    package static let journaled = ContentPlacing(rawValue: 1 << 4)
}

extension FileDescriptor {
    /// How the content lies there, as far as the file system tells: ioctl_fiemap(2), ioctl_iflags(2).
    package func contentPlacing() -> ContentPlacing {
        var placing = placingByFlags()
        var position: UInt64 = 0
        while let (flags, next) = extents(from: position) {
            placing.formUnion(ContentPlacing(extent: flags))
            // A file system that moves nowhere would keep us here for ever.
            guard let next, next > position else { break }
            position = next
        }
        return placing
    }

    /// - Returns: what is true of some of the next extents, and where the ones behind them begin; nil where there are none.
    private func extents(from position: UInt64) -> (flags: UInt32, next: UInt64?)? {
        var found = [shim_extent](repeating: shim_extent(), count: Self.extentsAtOnce)
        let count = unsafe shim_extents(rawValue, position, &found, UInt32(found.count))
        guard count > 0, let last = found.prefix(Int(count)).last else { return nil }
        let flags = found.prefix(Int(count)).reduce(0) { $0 | $1.flags }
        return (
            flags, flags & shim_EXTENT_LAST != 0 ? nil : last.offset.addingReportingOverflow(last.length).partialValue
        )
    }

    private static let extentsAtOnce = 64

    private func placingByFlags() -> ContentPlacing {
        var flags: UInt32 = 0
        guard unsafe shim_inode_flags(rawValue, &flags) == 0 else { return [] }
        var placing: ContentPlacing = []
        if flags & shim_INODE_ENCRYPTED != 0 { placing.insert(.encrypted) }
        if flags & shim_INODE_JOURNALS_DATA != 0 { placing.insert(.journaled) }
        return placing
    }
}

extension ContentPlacing {
    fileprivate init(extent flags: UInt32) {
        self = []
        if flags & shim_EXTENT_SHARED != 0 { insert(.shared) }
        if flags & shim_EXTENT_INLINE != 0 { insert(.inline) }
        if flags & shim_EXTENT_ENCODED != 0 { insert(.encoded) }
    }
}
