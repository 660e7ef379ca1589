package import Platform

/// Why the vault can't take, confirm or find a file.
package enum VaultError: Error, Hashable {
    /// A folder of the path is a file or a link in the storage folder.
    case nameTaken(FileName)
    /// A folder of the path is mounted from elsewhere: no upload can be renamed into it.
    case elsewhere(FileName)
    /// A folder of the path is a volume of its own below the user's folder, or has a project or an encryption policy of its own:
    /// no upload can be moved into it.
    case apart(FileName)
    /// The name belongs to another file, and the upload was to get this one or none.
    case taken(FileName)
    /// The storage takes no file of this name, or the name and all that are made of it belong to other files.
    case nameUnusable(FileName)
    /// The server may not write there, or not give files away as it was told to.
    case denied(SystemError)
    /// Giving the file its name or its attributes failed: what came of it is as durable as before.
    case unnamed(SystemError)
    /// The storage folder's path leads elsewhere: what is stored now would be found by nobody.
    case away(Displacement)
    /// The bytes that came have another SHA-256 than the client states.
    case digestMismatch
    /// No room: ENOSPC or EDQUOT.
    case full(SystemError)
    /// More bytes than a file can have here, such as 4 GiB on FAT: EFBIG.
    case tooLarge(SystemError)
    /// No descriptor or memory left for another file just now.
    case busy(SystemError)
    /// More bytes than the server was told to take.
    case overLimit(bytes: UInt64)
    /// More bytes than the user may add.
    case quotaExceeded(left: UInt64)
    /// What the user has stored is being counted, and that takes long.
    case counting
    /// The file was read several times within minutes because the user asked about it.
    case askedTooOften
    /// What the medium gave back isn't what was written to it.
    case readBackDiffers
    /// Another connection of the user goes on with the upload.
    case takenOver
    /// The upload is being stored, and that takes long.
    case beingStored
    /// The upload was stored, not long ago, under this id.
    case alreadyCommitted
    /// The storage failed; nothing is confirmed that it covers.
    case failed(SystemError)

    init(_ error: SystemError) {
        switch error.errno {
        case .noSpace, .overQuota: self = .full(error)
        case .fileTooLarge: self = .tooLarge(error)
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .tryAgain: self = .busy(error)
        default: self = .failed(error)
        }
    }

    /// What an error about a name or an attribute means. It says nothing against the bytes that came.
    init(naming error: SystemError, _ name: FileName) {
        switch VaultError(error) {
        case .failed: self = Self.naming(error, name)
        case let other: self = other
        }
    }

    private static func naming(_ error: SystemError, _ name: FileName) -> VaultError {
        switch error.errno {
        case .accessDenied, .notPermitted: .denied(SystemError(error.operation, name.description, errno: error.errno))
        // That names can be given at all was tried at the start.
        case .nameTooLong, .invalid, .illegalBytes: .nameUnusable(name)
        default: .unnamed(error)
        }
    }

    /// Whether what is durable of the upload is still good to be gone on with.
    package var leavesDurablePart: Bool {
        switch self {
        case .full, .busy, .takenOver, .quotaExceeded, .counting, .askedTooOften, .denied, .unnamed, .away,
            .beingStored, .alreadyCommitted:
            true
        // Only a person can help, or nobody: it would take room for nothing.
        case .nameTaken, .taken, .nameUnusable, .elsewhere, .apart, .tooLarge, .overLimit: false
        case .digestMismatch, .readBackDiffers, .failed: false
        }
    }
}

extension VaultError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .nameTaken(let name): "the folder \(name) of the path is a file or a link on the server"
        case .taken(let name): "there is a file of the name \(name) already"
        case .elsewhere(let name):
            "the folder \(name) isn't on the storage folder's own file system: users' folders must lie there, with nothing "
                + "mounted on them or in them; mount the file system on the storage folder itself, or give --folder another"
        case .apart(let name):
            "no file can be moved into the folder \(name): it is a subvolume, or has a project (quota) or an encryption policy of its "
                + "own; only a user's folder as a whole may be that: make a plain folder of it, in the same project"
        case .nameUnusable(let name):
            "the name \(name) can't be used: the server's file system doesn't take it, or it and all names that are made of it "
                + "belong to other files or are too long"
        case .denied(let error):
            "\(error): the server's user may not write there, or not give files to --group; give it the folder, or the group"
        case .away(let displacement): "the storage folder isn't where it was: \(displacement)"
        case .digestMismatch: "the bytes that came don't have the stated SHA-256"
        case .overLimit(let bytes): "no file of more than \(bytes) bytes is taken"
        case .quotaExceeded(let left): "the user's quota has \(left) bytes left"
        case .counting: "what the user has stored is being counted"
        case .askedTooOften: "this file was asked about so often that it isn't read again for some minutes"
        case .readBackDiffers: "the disk didn't give back what was written to it"
        case .takenOver: "another connection goes on with this upload"
        case .beingStored: "the upload is being stored just now"
        case .alreadyCommitted: "an upload with this id was stored"
        case .full(let error), .tooLarge(let error), .busy(let error), .unnamed(let error), .failed(let error):
            error.description
        }
    }
}
