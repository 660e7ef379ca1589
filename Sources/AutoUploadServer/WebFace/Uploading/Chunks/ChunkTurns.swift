import HTTP
import Platform
import Storage

/// Whose turn it is among the requests that bring pieces of the same file: they go in one after the other, in the order of the
/// file, however they come. Browsers send several at a time.
package final class ChunkTurns: Sendable {
    private struct Upload {
        /// Requests that have a turn, or wait for theirs.
        var requests = 0
        /// Who has it, and where that one's piece begins.
        var holder: (number: UInt64, offset: UInt64)?
        /// Bytes of the file that are there; nil: nobody has looked yet.
        var offset: UInt64?
        /// When somebody had it last.
        var since = Instant.now
        var lastNumber: UInt64 = 0
    }

    private let uploads = Monitor<[OfferedFile.Key: Upload]>([:])

    /// Seconds for which a piece waits while none of those before it comes. Dropzone waits for 30 seconds, unless told otherwise.
    private let patience: Double

    package init(patience: Double = 20) {
        self.patience = patience
    }

    /// One request's place. It goes when nobody has it any more.
    final class Place: Sendable {
        private let turns: ChunkTurns
        private let key: OfferedFile.Key
        /// Where its piece begins.
        private let offset: UInt64
        private let number: UInt64

        fileprivate init(_ turns: ChunkTurns, _ key: OfferedFile.Key, offset: UInt64) {
            (self.turns, self.key, self.offset) = (turns, key, offset)
            number = turns.uploads.withLock { uploads in
                var upload = uploads[key] ?? Upload()
                upload.requests += 1
                upload.lastNumber += 1
                uploads[key] = upload
                return upload.lastNumber
            }
        }

        deinit {
            pass(nil)
            turns.uploads.withLock { uploads in
                uploads[key]?.requests -= 1
                if uploads[key]?.requests == 0 { uploads[key] = nil }
            }
        }

        /// Waits until all before its piece is there, as far as anybody knows, and nobody else has the turn. One who brings the same
        /// piece loses it: that link may have died.
        ///
        /// - Parameter isToEnd: whether the server is being stopped.
        func wait(unless isToEnd: () -> Bool) throws(WebRefusal) {
            while true {
                let isMine = turns.uploads.wait(before: .after(seconds: 1)) { uploads in
                    guard var upload = uploads[key], isTurn(upload) else { return Bool?.none }
                    upload.holder = (number, offset)
                    uploads[key] = upload
                    return true
                }
                if isMine == true { return }
                if isToEnd() { throw .stopping }
                if turns.hasWaitedInVain(for: key) { throw .piecesMissing }
            }
        }

        private func isTurn(_ upload: Upload) -> Bool {
            if let holder = upload.holder { return holder.offset == offset }
            return upload.offset.map { $0 >= offset } ?? true
        }

        /// Lets others have the turn.
        ///
        /// - Parameter offset: bytes that are there; nil: whoever is next looks.
        func pass(_ offset: UInt64?) {
            turns.uploads.change { uploads in
                guard uploads[key]?.holder?.number == number else { return }
                uploads[key]?.holder = nil
                uploads[key]?.offset = offset
                uploads[key]?.since = .now
            }
        }
    }

    /// - Parameter offset: where the request's piece begins.
    func place(for key: OfferedFile.Key, offset: UInt64) -> Place {
        Place(self, key, offset: offset)
    }

    private func hasWaitedInVain(for key: OfferedFile.Key) -> Bool {
        uploads.withLock { uploads in
            guard let upload = uploads[key], upload.holder == nil else { return false }
            return Instant.now.seconds(since: upload.since) > patience
        }
    }
}

extension WebRefusal {
    static let piecesMissing = WebRefusal(
        .conflict, "what stands before this piece of the file hasn't come: send the file from its beginning")
}
