import Domain
import HTTP
import Storage

/// How one file is to be stored, and its client answered.
struct PutManner: Hashable {
    /// `If-None-Match: *`: where there is a file of this name, also of the same content, the answer is 412.
    let mustBeNew: Bool
    /// `collision=refuse`: where there is other content of this name, the answer is 409.
    let refusesTaken: Bool
    let isJSON: Bool
    /// Its first request said to bring all of it: when all is there it is stored, whatever became of that request. Others say by a later
    /// one that they want it stored.
    var isWholeOnce = false

    /// Whether it is stored under its own name or not at all.
    var needsOwnName: Bool { mustBeNew || refusesTaken }

    static let exists = WebRefusal(
        .preconditionFailed, "there is a file of this name already (If-None-Match)")

    /// As the client is to be told it.
    func refusal(_ refusal: WebRefusal) -> WebRefusal {
        guard mustBeNew, refusal.endsUpload, refusal.status == .conflict else { return refusal }
        var exists = Self.exists
        exists.endsUpload = true
        return exists
    }
}

extension StoredFile {
    /// - Returns: 201 for what is new, 200 where the same content was there.
    func answer(_ manner: PutManner) -> WebAnswer {
        if manner.mustBeNew, stored.wasThere { return WebAnswer(PutManner.exists) }
        return (manner.isJSON ? AnswerForm.json : .text).answer(self, stored.wasThere ? .ok : .created)
    }
}

// MARK: - With an upload resource

extension PutManner {
    /// What stands at the beginning of a note of these, which tells them from those of other ways to upload.
    private static let magic = Array("draft".utf8)

    /// As it is kept with an upload resource.
    var note: [UInt8] {
        Self.magic + [mustBeNew, refusesTaken, isJSON, isWholeOnce].map { UInt8($0 ? 1 : 0) }
    }

    /// - Returns: nil for a note that isn't one of these.
    init?(note: [UInt8]) {
        guard note.starts(with: Self.magic) else { return nil }
        let truths = Array(note.dropFirst(Self.magic.count))
        guard truths.count == 4, truths.allSatisfy({ $0 <= 1 }) else { return nil }
        self.init(
            mustBeNew: truths[0] == 1, refusesTaken: truths[1] == 1, isJSON: truths[2] == 1, isWholeOnce: truths[3] == 1
        )
    }
}
