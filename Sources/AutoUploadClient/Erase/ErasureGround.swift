import Platform

/// Finding out what files stand on: `docs/ERASURE.md` says what follows from each.
extension ErasureGround {
    /// Files of devices in files of devices: deeper than this nobody builds.
    private static let deepest = 4

    /// - Parameter descriptor: anything on the file system.
    init(under descriptor: borrowing FileDescriptor) {
        self = Self.look(under: descriptor, depth: Self.deepest)
    }

    private static func look(under descriptor: borrowing FileDescriptor, depth: Int) -> ErasureGround {
        guard depth > 0, let kind = try? descriptor.fileSystemKind(), let status = try? descriptor.status() else {
            return ErasureGround(grade: .unknown, reason: "what it stands on can't be looked at")
        }
        let mount = (try? MountInfo.ofMount(status.mount)).flatMap(\.self)
        if kind == .overlay { return overlay(mount, depth) }
        if kind.isMemory { return ErasureGround(grade: .inPlace, reason: "\(kind.name), in memory") }
        guard let writesInPlace = kind.writesInPlace else {
            return ErasureGround(grade: .unknown, reason: "where \(kind.name) writes to can't be told")
        }
        let medium = Medium(device: status.identity.device, source: mount?.source)
        let ground = medium.map { standing(kind, on: $0, depth) } ?? unseen(kind)
        if !writesInPlace {
            return ground.lowered(to: .ineffective, "\(kind.name) writes elsewhere what is overwritten")
        }
        if mount?.options["data"] == "journal" {
            return ground.lowered(to: .ineffective, "\(kind.name) writes contents to its journal first (data=journal)")
        }
        return ground
    }

    private static func unseen(_ kind: FileSystemKind) -> ErasureGround {
        ErasureGround(grade: .unknown, reason: "what \(kind.name) stands on can't be seen in /sys")
    }

    private static func standing(_ kind: FileSystemKind, on medium: Medium, _ depth: Int) -> ErasureGround {
        let place = "\(kind.name) on \(medium.name)"
        var ground: ErasureGround
        if let path = medium.backingFile {
            ground = file(path, place, depth)
        } else {
            switch medium.kind {
            case .magnetic: ground = ErasureGround(grade: .inPlace, reason: place)
            case .flash: ground = ErasureGround(grade: .flash, reason: "\(place), where flash may keep what was there")
            case .unseen: ground = ErasureGround(grade: .unknown, reason: "\(place), behind which nothing can be seen")
            }
        }
        if medium.keepsVersions {
            ground = ground.lowered(to: .ineffective, "\(place), of which there are snapshots")
        }
        return medium.isEncrypted ? ground.onEncryptedMedium : ground
    }

    /// A device in a file is as good as that file's ground.
    private static func file(_ path: String, _ place: String, _ depth: Int) -> ErasureGround {
        guard let file = try? FileDescriptor.openForReading(path: path) else {
            return ErasureGround(grade: .unknown, reason: "\(place), in a file that can't be opened: \(escaped(path))")
        }
        let below = look(under: file, depth: depth - 1)
        let grade = below.grade(file.contentPlacing())
        let shares = grade < below.grade ? ", which shares blocks or is compressed" : ""
        return ErasureGround(
            grade: grade, isEncrypted: below.isEncrypted,
            reason: "\(place), in the file \(escaped(path))\(shares); that: \(below.reason)")
    }

    /// What lies in a lower layer stays there, and whether a file does can't be told from the file.
    private static func overlay(_ mount: MountInfo?, _ depth: Int) -> ErasureGround {
        guard let path = mount?.options["upperdir"], let upper = try? Directory.open(path: path) else {
            return ErasureGround(grade: .unknown, reason: "the upper layer of overlay can't be seen")
        }
        // That the upper one is encrypted says nothing of the others.
        let below = look(under: upper.descriptor, depth: depth - 1)
        return ErasureGround(
            grade: min(below.grade, .unknown),
            reason: "overlay, whose lower layers keep what lies there; its upper one: \(below.reason)")
    }

    private func lowered(to most: ErasureGrade, _ reason: String) -> ErasureGround {
        if isEncrypted { return ErasureGround(grade: .encrypted, isEncrypted: true, reason: reason) }
        return grade <= most ? self : ErasureGround(grade: most, reason: reason)
    }

    private var onEncryptedMedium: ErasureGround {
        ErasureGround(grade: max(grade, .encrypted), isEncrypted: true, reason: reason + ", encrypted (dm-crypt)")
    }
}
