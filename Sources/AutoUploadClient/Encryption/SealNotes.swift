/// How far the seals of uploads were used that end without a confirmation, so that they can be gone on with.
final class SealNotes {
    private var marks: [(seal: SealInUse, mark: SealMark)] = []

    func note(_ seal: SealInUse?, _ mark: SealMark?) {
        guard let seal, let mark else { return }
        marks.append((seal, mark))
    }

    /// - Parameter state: where that fails, these uploads begin anew.
    func write(to state: ClientState) {
        try? state.noteMarks(marks)
        marks = []
    }
}
