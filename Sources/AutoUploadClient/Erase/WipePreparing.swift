import Domain
import Platform
import Transport

extension Eraser {
    /// Looks at a file that is to be wiped, and makes sure that it is what was read and confirmed, and nobody else's.
    ///
    /// It isn't opened yet: as long as it bears its own name, who opens it without waiting must meet no lease of ours.
    func prepare(
        _ request: WipeRequest, _ directories: inout [[FileName]: Directory]
    ) throws(WipeFailure) -> OngoingWipe {
        let (directory, status) = try WipeFailure.system { () throws(SystemError) in
            try before(.look)
            let known = directories[request.path.folders]
            let directory = if let known { known } else { try folder.directory(of: request.path) }
            return (directory, try directory.status(of: request.path.name, fresh: true))
        }
        directories[request.path.folders] = directory
        try check(status, request)
        try checkTag(status, request.fileTag)
        try WipeFailure.system { () throws(SystemError) in try directory.checkMayWrite(request.path.name) }
        if let objection = grading.objection(to: request.path, in: folder) { throw WipeFailure(objection) }
        return try makeWipe(request, in: directory)
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

    private func checkTag(_ status: FileStatus, _ confirmed: FileTag) throws(WipeFailure) {
        if confirmed == .unstated {
            throw WipeFailure("the server doesn't state which file holds its copy, so it may be this very one")
        }
        guard let own = FileTag.of(status.identity) else {
            throw WipeFailure("it can't be told from the server's copy: this machine's boot id can't be read")
        }
        if own == confirmed {
            throw WipeFailure(
                "THE SERVER'S COPY IS THIS VERY FILE: the server's storage is mounted into the watched folder")
        }
    }

    private func makeWipe(_ request: WipeRequest, in directory: Directory) throws(WipeFailure) -> OngoingWipe {
        let id = try WipeFailure.system { () throws(SystemError) in try WipeID.random() }
        guard let wipingName = id.wipingName else { throw WipeFailure("it can't be named for wiping") }
        let record = WipeRecord(
            id: id, path: request.path, fingerprint: request.fingerprint, digest: request.digest,
            remotePath: request.remotePath, storedPath: request.storedPath, begunAt: currentUnixTime(),
            storedSize: request.storedSize)
        return OngoingWipe(record, wipingName, in: directory)
    }
}
