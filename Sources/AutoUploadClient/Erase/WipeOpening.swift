import Platform
import Transport
import Wire

extension Eraser {
    /// Opens a file that is to be wiped, and makes sure that it is what was read and confirmed, and nobody else's.
    func open(_ request: WipeRequest) throws(WipeFailure) -> OngoingWipe {
        let (directory, status) = try WipeFailure.system { () throws(SystemError) in
            try before(.open)
            let directory = try folder.directory(of: request.path)
            return (directory, try directory.status(of: request.path.name, fresh: true))
        }
        // To open a device or a pipe for writing does something already.
        try check(status, request)
        let descriptor = try WipeFailure.system { () throws(SystemError) in
            try directory.open(request.path.name, .readingAndWriting)
        }
        try checkTag(descriptor, request.fileTag)
        let isLeased = try takeLease(descriptor)
        // Under the lease: from here on nobody can open the file and change it without our knowing.
        try check(try WipeFailure.system { () throws(SystemError) in try descriptor.status(fresh: true) }, request)
        try checkName(request.path.name, in: directory, descriptor)
        return try makeWipe(request, in: directory, descriptor, isLeased: isLeased)
    }

    private func checkTag(_ descriptor: borrowing FileDescriptor, _ confirmed: FileTag) throws(WipeFailure) {
        if confirmed == .unstated {
            throw WipeFailure("the server doesn't state which file holds its copy, so it may be this very one")
        }
        let status = try WipeFailure.system { () throws(SystemError) in try descriptor.status() }
        guard let own = FileTag.of(status.identity) else {
            throw WipeFailure("it can't be told from the server's copy: this machine's boot id can't be read")
        }
        if own == confirmed {
            throw WipeFailure(
                "THE SERVER'S COPY IS THIS VERY FILE: the server's storage is mounted into the watched folder")
        }
    }

    /// - Returns: whether there is a lease. Where there is none to be had, the file has settled for as long as that asks.
    func takeLease(_ descriptor: borrowing FileDescriptor) throws(WipeFailure) -> Bool {
        switch descriptor.takeWriteLease() {
        case .none: return true
        case .unknown: return false
        case .writing: throw WipeFailure("somebody has it open")
        }
    }

    private func check(_ status: FileStatus, _ request: WipeRequest) throws(WipeFailure) {
        guard status.kind == .regular else { throw WipeFailure("it isn't a regular file any more") }
        guard Fingerprint(status) == request.fingerprint else {
            throw WipeFailure("it has changed since it was read")
        }
        guard status.links == 1 else {
            throw WipeFailure("it has \(status.links) names (hard links), and wiping would take it from all of them")
        }
    }

    private func checkName(
        _ name: FileName, in directory: Directory, _ descriptor: borrowing FileDescriptor
    ) throws(WipeFailure) {
        let (named, held) = try WipeFailure.system { () throws(SystemError) in
            (try directory.status(of: name, fresh: true).identity, try descriptor.status().identity)
        }
        guard named == held else { throw WipeFailure("its name leads to another file now") }
    }

    private func makeWipe(
        _ request: WipeRequest, in directory: Directory, _ descriptor: consuming FileDescriptor, isLeased: Bool
    ) throws(WipeFailure) -> OngoingWipe {
        let id = try WipeFailure.system { () throws(SystemError) in try WipeID.random() }
        guard let wipingName = id.wipingName else { throw WipeFailure("it can't be named for wiping") }
        let record = WipeRecord(
            id: id, path: request.path, fingerprint: request.fingerprint, digest: request.digest,
            remotePath: request.remotePath, storedPath: request.storedPath, begunAt: currentUnixTime())
        let kind = try WipeFailure.system { () throws(SystemError) in try descriptor.fileSystemKind() }
        return OngoingWipe(
            record, wipingName, in: directory, descriptor, isLeased: isLeased, isForeign: !isLeased || isForeign(kind))
    }
}
