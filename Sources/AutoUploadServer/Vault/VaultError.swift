import Platform
import Wire

/// Why the vault can't take, confirm or find a file.
enum VaultError: Error, Hashable {
    /// A folder of the path is a file or a link in the storage folder.
    case nameTaken(FileName)
    /// A folder of the path is mounted from elsewhere: no upload can be renamed into it.
    case elsewhere(FileName)
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
    /// What the medium gave back isn't what was written to it.
    case readBackDiffers
    /// Another connection of the user goes on with the upload.
    case takenOver
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

    /// Whether what is durable of the upload is still good to be gone on with.
    var leavesDurablePart: Bool {
        switch self {
        case .nameTaken, .elsewhere, .full, .busy, .takenOver, .quotaExceeded, .counting, .alreadyCommitted: true
        case .digestMismatch, .tooLarge, .overLimit, .readBackDiffers, .failed: false
        }
    }
}

extension VaultError: CustomStringConvertible {
    var description: String {
        switch self {
        case .nameTaken(let name): "the folder \(name) of the path is a file or a link on the server"
        case .elsewhere(let name):
            "the folder \(name) isn't on the storage folder's own file system: users' folders must lie there, with nothing "
                + "mounted on them or in them; mount the file system on the storage folder itself, or give --folder another"
        case .digestMismatch: "the bytes that came don't have the stated SHA-256"
        case .overLimit(let bytes): "no file of more than \(bytes) bytes is taken"
        case .quotaExceeded(let left): "the user's quota has \(left) bytes left"
        case .counting: "what the user has stored is being counted"
        case .readBackDiffers: "the disk didn't give back what was written to it"
        case .takenOver: "another connection goes on with this upload"
        case .alreadyCommitted: "an upload with this id was stored"
        case .full(let error), .tooLarge(let error), .busy(let error), .failed(let error): error.description
        }
    }
}
