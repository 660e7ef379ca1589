import Encodings

/// What a status asks of the client: the high byte of its code.
package enum StatusClass: UInt8, Hashable, Sendable {
    /// A person must act: wrong password, a name that can't be used.
    case fix = 0x01
    /// Keep the file and come back: full disk, too busy.
    case later = 0x02
    /// This attempt broke: resume or send it again.
    case again = 0x03
    /// This file can't be taken as it is.
    case never = 0x04
}

/// Why a server refuses something: a code of the catalogue in `docs/PROTOCOL.md`, section "Statuses". The one catalogue of every
/// face, so that logs call a refusal the same however it came about; how a face tells its client is that face's matter.
///
/// Codes that this version doesn't know are kept as they are; their class still says what to do.
package struct Status: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// User name or password (or one-time code) is wrong; which of them is never told.
    package static let credentialsWrong = Status(rawValue: 0x0101)
    /// The server speaks none of the versions that the client named.
    package static let versionUnsupported = Status(rawValue: 0x0102)
    /// A folder of the path is a file or a link on the server.
    package static let nameTaken = Status(rawValue: 0x0103)
    /// The protocol has this, but the server doesn't offer it.
    package static let unsupported = Status(rawValue: 0x0104)
    /// The client broke the protocol.
    package static let protocolViolation = Status(rawValue: 0x0105)
    /// The path breaks the rules of `RemotePath`.
    package static let pathInvalid = Status(rawValue: 0x0106)
    /// The account is locked by the server's admin.
    package static let accountLocked = Status(rawValue: 0x0107)
    /// A folder of the path is mounted from elsewhere on the server.
    package static let folderElsewhere = Status(rawValue: 0x0108)
    /// No name can be given to the file: the server's file system doesn't take it, or it and all that are made of it are taken.
    package static let nameUnusable = Status(rawValue: 0x0109)

    /// Too much to do at the moment.
    package static let busy = Status(rawValue: 0x0201)
    /// The server's storage has no room.
    package static let storageFull = Status(rawValue: 0x0202)
    /// The user's quota has no room.
    package static let quotaExceeded = Status(rawValue: 0x0203)
    /// The server is about to stop or restart.
    package static let shuttingDown = Status(rawValue: 0x0204)
    /// The server's storage failed; what was sent may not be durable.
    package static let storageFailed = Status(rawValue: 0x0205)
    /// More uploads and queries are unanswered than `welcome.maxOpenUploads` allows.
    package static let tooManyUploads = Status(rawValue: 0x0206)
    /// The storage folder isn't where it should be: unmounted, mounted over, or moved.
    package static let storageAway = Status(rawValue: 0x0207)
    /// The server may not write where the file belongs.
    package static let storageDenied = Status(rawValue: 0x0208)
    /// The one-time code is right and was given before: there is another in the next step.
    package static let oneTimeCodeUsed = Status(rawValue: 0x0209)

    /// Nothing with that path, size and SHA-256 is stored.
    package static let absent = Status(rawValue: 0x0301)
    /// The bytes that arrived don't have the SHA-256 that `finish` stated; they are discarded.
    package static let digestMismatch = Status(rawValue: 0x0302)
    /// More or fewer bytes arrived than the offer declared.
    package static let lengthMismatch = Status(rawValue: 0x0303)
    /// Another connection of the same user goes on with this upload.
    package static let takenOver = Status(rawValue: 0x0304)
    /// The peer was silent, or too slow, for too long.
    package static let timedOut = Status(rawValue: 0x0305)

    /// An upload with this id, of the same file, was stored not long ago: whether it still is, a query tells.
    package static let alreadyCommitted = Status(rawValue: 0x0306)

    /// The file is larger than the server ever takes.
    package static let tooLarge = Status(rawValue: 0x0401)

    /// What the status asks of the client. A class that isn't known is taken as `later`: the file is kept.
    package var statusClass: StatusClass {
        StatusClass(rawValue: UInt8(rawValue >> 8)) ?? .later
    }

    /// The name in the catalogue, for logs; the bare code when it isn't in there.
    package var name: String {
        Status.names[self] ?? hexadecimal(rawValue)
    }

    /// The catalogue.
    package static let names: [Status: String] = [
        .credentialsWrong: "credentialsWrong",
        .versionUnsupported: "versionUnsupported",
        .nameTaken: "nameTaken",
        .unsupported: "unsupported",
        .protocolViolation: "protocolViolation",
        .pathInvalid: "pathInvalid",
        .accountLocked: "accountLocked",
        .folderElsewhere: "folderElsewhere",
        .nameUnusable: "nameUnusable",
        .busy: "busy",
        .storageFull: "storageFull",
        .quotaExceeded: "quotaExceeded",
        .shuttingDown: "shuttingDown",
        .storageFailed: "storageFailed",
        .tooManyUploads: "tooManyUploads",
        .storageAway: "storageAway",
        .storageDenied: "storageDenied",
        .oneTimeCodeUsed: "oneTimeCodeUsed",
        .absent: "absent",
        .digestMismatch: "digestMismatch",
        .lengthMismatch: "lengthMismatch",
        .takenOver: "takenOver",
        .timedOut: "timedOut",
        .alreadyCommitted: "alreadyCommitted",
        .tooLarge: "tooLarge",
    ]
}

extension Status: CustomStringConvertible {
    package var description: String { name }
}
