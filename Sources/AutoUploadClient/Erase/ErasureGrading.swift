import Platform

/// Grades wipes, and knows which grade a person wants at least. What files stand on is looked at once.
final class ErasureGrading: Sendable {
    /// What isn't worth so much isn't wiped; nil: everything is.
    let required: ErasureGrade?
    private let look: @Sendable (borrowing FileDescriptor) -> ErasureGround
    /// By their devices.
    private let grounds = Monitor<[UInt64: ErasureGround]>([:])

    init(
        required: ErasureGrade? = nil,
        look: @escaping @Sendable (borrowing FileDescriptor) -> ErasureGround = { ErasureGround(under: $0) }
    ) {
        (self.required, self.look) = (required, look)
    }

    /// What stands on the same file system.
    func ground(under descriptor: borrowing FileDescriptor) -> ErasureGround {
        let device = (try? descriptor.status().identity.device) ?? .max
        if let known = grounds.withLock({ $0[device] }) { return known }
        let ground = look(descriptor)
        grounds.withLock { $0[device] = ground }
        return ground
    }

    /// What it is worth to overwrite a file, as it lies now.
    func grade(of descriptor: borrowing FileDescriptor) -> ErasureGrade {
        ground(under: descriptor).grade(descriptor.contentPlacing())
    }

    /// Why a file isn't to be wiped; nil where nothing speaks against it.
    func objection(to descriptor: borrowing FileDescriptor) -> String? {
        guard let required else { return nil }
        let grade = grade(of: descriptor)
        if grade >= required { return nil }
        let ground = ground(under: descriptor)
        let reason = grade == ground.grade ? ground.reason : "it isn't overwritten where it lies; \(ground.reason)"
        return "wiping it would be graded \(grade.rawValue), and --require-grade wants \(required.rawValue): \(reason)"
    }

    /// The same for a file that isn't open; what can't be opened is for others to find out.
    func objection(to path: LocalPath, in folder: WatchedFolder) -> String? {
        guard required != nil, let file = try? folder.open(path, .readingQuietly) else { return nil }
        return objection(to: file)
    }
}
