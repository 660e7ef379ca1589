import Platform
import Wire

/// A file that is being wiped, until it is gone or left alone.
final class OngoingWipe {
    let record: WipeRecord
    let wipingName: FileName
    let directory: Directory
    /// What stands under the wiping name, held open.
    private(set) var held: HeldFile?
    /// What the wipe is worth, once its content is gone.
    var grade = ErasureGrade.unknown
    /// What became of it; nil while it goes on.
    var outcome: WipeOutcome?

    init(_ record: WipeRecord, _ wipingName: FileName, in directory: Directory, held: HeldFile? = nil) {
        self.record = record
        self.wipingName = wipingName
        self.directory = directory
        self.held = held
    }

    private static let changed = "it was changed at the last moment"

    /// Whether the file may be reached elsewhere without this machine's knowing: then the server is asked once more.
    var isForeign: Bool { held?.isForeign ?? true }

    func hold(_ file: HeldFile) {
        held = file
    }

    /// Closes the file, so that who opens it needn't wait for the rest of the batch.
    func letGo() {
        held = nil
    }

    /// - Throws: when it isn't open yet.
    func heldFile() throws(WipeFailure) -> HeldFile {
        guard let held else { throw WipeFailure("it isn't open") }
        return held
    }

    /// Looks once more, just before the renaming, which sets the change time: the last look that tells of a change whose
    /// other traces somebody has covered.
    func checkUnchanged() throws(WipeFailure) {
        let status = try WipeFailure.system { () throws(SystemError) in
            try directory.status(of: record.path.name, fresh: true)
        }
        guard status.kind == .regular, Fingerprint(status) == record.fingerprint, status.links == 1 else {
            throw WipeFailure(Self.changed)
        }
    }

    /// Looks once more, after the renaming: it went by name, and a name may have been given to another file since the
    /// first look; somebody may have opened the file, or linked it, in between.
    func checkRenamed() throws(WipeFailure) {
        let file = try heldFile()
        let status = try WipeFailure.system { () throws(SystemError) in try file.descriptor.status(fresh: true) }
        // Renaming sets the change time, so this one can't be compared.
        guard status.kind == .regular, status.identity == record.fingerprint.identity,
            status.size == record.fingerprint.size, status.modified == record.fingerprint.modified, status.links == 1
        else { throw WipeFailure(Self.changed) }
        try checkName()
        if file.isLeased, !file.descriptor.holdsWriteLease() {
            throw WipeFailure("somebody opened it at the last moment")
        }
    }

    /// Makes sure that no other name shows what is about to be overwritten. To link a file takes no opening: no lease tells.
    func checkLinks() throws(WipeFailure) {
        let file = try heldFile()
        let links = try WipeFailure.system { () throws(SystemError) in try file.descriptor.status().links }
        guard links == 1 else { throw WipeFailure("it has got another name (a hard link)") }
    }

    /// Makes sure that the wiping name leads to the file that is held open.
    func checkName() throws(WipeFailure) {
        let file = try heldFile()
        let (named, held) = try WipeFailure.system { () throws(SystemError) in
            (try directory.status(of: wipingName, fresh: true).identity, try file.descriptor.status().identity)
        }
        guard named == held else { throw WipeFailure("its name was given to another file at the last moment") }
    }
}

/// A file under its wiping name, held open.
final class HeldFile {
    let descriptor: FileDescriptor
    /// Whether a write lease was taken, so that its loss tells of somebody who opens the file.
    let isLeased: Bool
    /// Whether the file may be reached elsewhere without this machine's knowing.
    let isForeign: Bool

    init(_ descriptor: consuming FileDescriptor, isLeased: Bool, isForeign: Bool) {
        self.descriptor = descriptor
        self.isLeased = isLeased
        self.isForeign = isForeign
    }
}
