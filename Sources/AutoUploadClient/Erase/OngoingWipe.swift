import Platform
import Wire

/// A file that is being wiped, held open until it is gone or left alone.
final class OngoingWipe {
    let record: WipeRecord
    let wipingName: FileName
    let directory: Directory
    let descriptor: FileDescriptor
    /// Whether a write lease was taken, so that its loss tells of somebody who opens the file.
    let isLeased: Bool
    /// Whether the file may be reached elsewhere without this machine's knowing: then the server is asked once more.
    let isForeign: Bool
    /// What became of it; nil while it goes on.
    var outcome: WipeOutcome?

    init(
        _ record: WipeRecord, _ wipingName: FileName, in directory: Directory, _ descriptor: consuming FileDescriptor,
        isLeased: Bool, isForeign: Bool
    ) {
        self.record = record
        self.wipingName = wipingName
        self.directory = directory
        self.descriptor = descriptor
        self.isLeased = isLeased
        self.isForeign = isForeign
    }

    /// Looks once more, after the renaming: it went by name, and a name may have been given to another file since the
    /// first look; somebody may have opened the file, or linked it, in between.
    func checkRenamed() throws(WipeFailure) {
        let status = try WipeFailure.system { () throws(SystemError) in try descriptor.status(fresh: true) }
        // Renaming sets the change time, so this one can't be compared.
        guard status.identity == record.fingerprint.identity, status.size == record.fingerprint.size,
            status.modified == record.fingerprint.modified, status.links == 1
        else { throw WipeFailure("it was changed at the last moment") }
        try checkName()
        if isLeased, !descriptor.holdsWriteLease() { throw WipeFailure("somebody opened it at the last moment") }
    }

    /// Makes sure that no other name shows what is about to be overwritten. To link a file takes no opening: no lease tells.
    func checkLinks() throws(WipeFailure) {
        let links = try WipeFailure.system { () throws(SystemError) in try descriptor.status().links }
        guard links == 1 else { throw WipeFailure("it has got another name (a hard link)") }
    }

    /// Makes sure that the wiping name leads to the file that is held open.
    func checkName() throws(WipeFailure) {
        let (named, held) = try WipeFailure.system { () throws(SystemError) in
            (try directory.status(of: wipingName, fresh: true).identity, try descriptor.status().identity)
        }
        guard named == held else { throw WipeFailure("its name was given to another file at the last moment") }
    }
}
