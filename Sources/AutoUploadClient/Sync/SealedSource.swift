import Age
import Platform
import Transport

// MARK: - A file that something else is sent of than its content

extension OpenSource {
    static func sealing(
        _ file: DueFile, _ form: ContentForm, isToBeSent: Bool
    ) throws(SourceFailure) -> SealedStream? {
        guard case .sealed(let use) = form else { return nil }
        do throws(AgeError) {
            return try SealedStream.make(
                use.seal, plaintextCount: file.fingerprint.size, expecting: use.mark,
                goingBeyond: isToBeSent ? { @Sendable () throws(FileFlaw) in try use.goBeyondMark() } : nil)
        } catch {
            throw .unreadable(SystemError("encrypt: \(error)", file.path.description, errno: .inputOutput))
        }
    }
}

extension SourceFailure {
    /// - Parameter use: has a new key drawn where this one can't be used.
    init(_ flaw: FileFlaw, _ use: SealInUse?) {
        switch flaw {
        case .system(let error): self = .unreadable(error)
        case .age(let error): self = .unreadable(SystemError("encrypt: \(error)", errno: .inputOutput))
        case .changed: self = .changed
        case .unlikeBefore, .unnoted:
            use?.giveUp()
            self = .unlikeBefore
        }
    }
}
