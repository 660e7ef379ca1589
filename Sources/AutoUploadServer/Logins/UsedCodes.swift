import Domain
import Encodings
import Platform

/// The steps of which a user has given codes, as many as there are slots for: none serves twice.
struct UsedCodes {
    private var steps: Set<TimeStep> = []

    static let slots = 16

    /// Whether the code of a step was given, or one of a later step, unless that was in the future by now: then the clock was ahead
    /// once, and says nothing of what is used.
    func contain(_ step: TimeStep, now: TimeStep) -> Bool {
        steps.contains { $0 == step || $0 > step && $0 <= now.next }
    }

    /// The first step whose code hasn't been given, nor one of a later step.
    func firstUnused(now: TimeStep) -> TimeStep {
        max(now, steps.filter { $0 <= now.next }.max()?.next ?? now)
    }

    mutating func insert(_ step: TimeStep) {
        // As on the disk, where it takes the slot of another.
        steps = steps.filter { Self.slot(of: $0) != Self.slot(of: step) }
        steps.insert(step)
    }

    mutating func formUnion(_ others: UsedCodes) {
        steps.formUnion(others.steps)
    }

    static func slot(of step: TimeStep) -> UInt64 { step.number % UInt64(slots) }
}

// MARK: - On the disk

extension UsedCodes {
    /// - Throws: `SystemError` when there is a file and it can't be read.
    init(of user: FileName, in folder: Directory) throws(SystemError) {
        let content: [UInt8]
        do throws(SystemError) {
            content = try folder.open(user, .reading).readAll(limit: Self.slots * Self.slotSize)
        } catch {
            if error.errno == .noEntry { return }
            throw error
        }
        var rest = content.span
        while let number = rest.takeInteger(as: UInt64.self) { steps.insert(TimeStep(number: number)) }
    }

    /// Makes it durable that the code of a step was given. Each step has a slot of its own, so that nothing else has to be read or
    /// moved, and the file doesn't grow.
    static func note(_ step: TimeStep, of user: FileName, in folder: Directory) throws(SystemError) {
        let file = try folder.open(user, .openingOrCreating(permissions: 0o600))
        let isNew = try file.status().size == 0
        try file.seek(to: slot(of: step) * UInt64(slotSize))
        var bytes: [UInt8] = []
        bytes.writeInteger(step.number)
        try file.write(bytes)
        try file.flush()
        if isNew { try folder.flush() }
    }

    private static let slotSize = 8
}
