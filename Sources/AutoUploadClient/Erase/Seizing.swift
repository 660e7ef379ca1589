import Platform

/// What bears its wiping name is opened, and it is made sure that nobody else has it open.
extension Eraser {
    /// Opens the file under its wiping name, where nobody else comes by, and looks at it anew: until it was renamed it could
    /// be opened by its own name.
    func seize(_ wipe: OngoingWipe) throws(WipeFailure) {
        let descriptor = try open(wipe.wipingName, in: wipe.directory)
        let kind = try WipeFailure.system { () throws(SystemError) in try descriptor.fileSystemKind() }
        let isLeased = try requireUnopened(descriptor, kind, size: wipe.record.fingerprint.size)
        wipe.hold(HeldFile(descriptor, isLeased: isLeased, isForeign: !isLeased || isForeign(kind)))
        try wipe.checkRenamed()
        // It may share its blocks with another file since it was looked at first.
        if let objection = try grading.objection(to: wipe.heldFile().descriptor) { throw WipeFailure(objection) }
    }

    /// Opens what stands under a wiping name.
    func open(_ wipingName: FileName, in directory: Directory) throws(WipeFailure) -> FileDescriptor {
        do throws(SystemError) {
            try before(.open)
            return try directory.open(wipingName, .readingAndWriting)
        } catch {
            // Somebody's write lease stands against it.
            throw WipeFailure(error.errno == .tryAgain ? Self.openElsewhere : error.description)
        }
    }

    /// Makes sure that nobody else has the file open: by a write lease, where one tells.
    ///
    /// - Returns: whether there is a lease. Where none tells, a person must have said that this is no matter; an empty
    ///   file may be one that a recorder has just begun, and what it holds is on no disk yet.
    private func requireUnopened(
        _ descriptor: borrowing FileDescriptor, _ kind: FileSystemKind, size: UInt64
    ) throws(WipeFailure) -> Bool {
        let isLeased = try takeLease(descriptor, kind)
        if isLeased, kind.seesEveryWriter { return true }
        guard mayWipeUnproven(size: size) else {
            throw WipeFailure(WipeProof.missing(on: kind, size: size, wipesUnproven))
        }
        if descriptor.isLockedForWriting() { throw WipeFailure(Self.openElsewhere) }
        return isLeased
    }

    /// Over a network a lease may be refused though nobody has the file open, and stands in the way of its renaming: none is
    /// taken there. Where one is granted by this machine's kernel only, it tells of those who came through that.
    ///
    /// - Returns: whether there is a lease, be it one that doesn't tell of everybody.
    func takeLease(
        _ descriptor: borrowing FileDescriptor, _ kind: FileSystemKind
    ) throws(WipeFailure) -> Bool {
        if kind.isNetwork { return false }
        switch descriptor.takeWriteLease() {
        case .none: return true
        case .unknown: return false
        case .writing: throw WipeFailure(Self.openElsewhere)
        }
    }

    static let openElsewhere = "somebody has it open"
}
