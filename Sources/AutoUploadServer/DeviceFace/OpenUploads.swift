import Connections
import Domain
import Platform
import Storage

/// The uploads that a connection has under way, from the offer to the answer, by its numbers for them.
struct OpenUploads {
    private let vault: Vault
    private let slots: UploadSlots
    private var uploads: [UInt32: Upload] = [:]

    private struct Upload {
        let partial: PartialUpload
        let slot: UploadSlots.Slot
        let begun: Instant
    }

    init(_ vault: Vault, _ slots: UploadSlots) {
        (self.vault, self.slots) = (vault, slots)
    }

    var count: Int { uploads.count }
    var isEmpty: Bool { uploads.isEmpty }

    /// What is received of it; nil when it isn't open.
    func partial(_ number: UInt32) -> PartialUpload? { uploads[number]?.partial }
}

// MARK: - Begin

extension OpenUploads {
    /// Takes a slot, and makes room for an upload or goes on with what is durable of it.
    ///
    /// - Parameters: as for `Vault.begin`.
    /// - Returns: bytes that are durable: the client sends what follows them.
    mutating func begin(
        _ number: UInt32, _ file: OfferedFile, isFresh: Bool, tellsCommitted: Bool,
        tellingOfReclaimed tell: (OfferedFile, UInt64) -> Void = { _, _ in }
    ) throws(Declined) -> UInt64 {
        let slot: UploadSlots.Slot
        switch slots.take(for: file.user) {
        case .success(let free): slot = free
        case .failure(let full): throw Declined(full.refusal)
        }
        do throws(VaultError) {
            let partial = try vault.begin(
                file, isFresh: isFresh, tellsCommitted: tellsCommitted, tellingOfReclaimed: tell)
            uploads[number] = Upload(partial: partial, slot: slot, begun: .now)
            return partial.offset
        } catch {
            throw Declined(error)
        }
    }
}

// MARK: - End

extension OpenUploads {
    /// It is stored.
    ///
    /// - Returns: seconds that it took.
    mutating func end(_ number: UInt32) -> Double {
        guard let upload = uploads.removeValue(forKey: number) else { return 0 }
        return Instant.now.seconds(since: upload.begun)
    }

    /// Removes what was received.
    mutating func discard(_ number: UInt32) {
        uploads.removeValue(forKey: number)?.partial.discard()
    }

    /// Keeps what is durable of it for another connection.
    ///
    /// - Returns: which file's it is, and how many bytes; nil when nothing is kept.
    mutating func leave(_ number: UInt32) -> (path: RemotePath, offset: UInt64)? {
        guard let partial = uploads.removeValue(forKey: number)?.partial else { return nil }
        return partial.leave().map { (path: partial.path, offset: $0) }
    }

    /// Keeps what is durable of all.
    ///
    /// - Parameter tell: is told of each of which something is kept.
    mutating func leaveAll(_ tell: (RemotePath, UInt64) -> Void) {
        for number in Array(uploads.keys) {
            if let kept = leave(number) { tell(kept.path, kept.offset) }
        }
    }
}
