import Wire

/// The file that is being read at the moment: to be sent, or to be asked about.
struct OutgoingFile: ~Copyable {
    var source: OpenSource
    let task: SyncTask
    /// Of the upload; 0 when it is only hashed, for a query.
    let number: UInt32
    /// Bytes from the start that the server has already: they are read for their hash only.
    let skipped: UInt64

    /// Bytes that are still to be read.
    var remaining: UInt64 { source.size - min(source.size, source.position) }

    /// Whether what is read next is sent, too.
    var isSending: Bool { number != 0 && source.position >= skipped && source.isProved }

    /// Whether what was sent before has to be looked at, before anything is sent.
    var isToBeProved: Bool { number != 0 && source.position >= skipped && !source.isProved }

    /// Where the next read has to end, so that a frame holds nothing that the server has.
    var readEnd: UInt64 { isSending || number == 0 ? source.size : skipped }
}
