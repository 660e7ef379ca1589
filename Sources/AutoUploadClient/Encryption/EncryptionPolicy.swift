import Age

/// That files are encrypted before they are sent, and to whom.
struct EncryptionPolicy: Hashable, Sendable {
    let recipients: [AgeRecipient]

    /// Bytes that are stored of a file of so many.
    func storedSize(of size: UInt64) -> UInt64 {
        // No file system has a file so large that there is none.
        Seal.fileCount(recipients: recipients.count, plaintextCount: size) ?? .max
    }
}
