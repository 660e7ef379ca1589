/// Where an upload of tus 1.0.0 stands, and what a request about it may do.
package struct TusState: Hashable, Sendable {
    /// Bytes that are kept.
    package let offset: UInt64
    /// Bytes of the whole; nil: nobody has said.
    package let length: UInt64?
    /// Whether the file is stored: nothing is appended any more.
    package let isFinished: Bool
    /// Whether it is made of others: nothing is ever appended.
    package let isJoined: Bool

    package init(offset: UInt64, length: UInt64?, isFinished: Bool, isJoined: Bool = false) {
        (self.offset, self.length) = (offset, length)
        (self.isFinished, self.isJoined) = (isFinished, isJoined)
    }

    package enum Step: Hashable, Sendable {
        /// - length: of the whole, as far as it is known by now.
        case append(length: UInt64?)
        /// To be answered as when it was finished: that answer may have been lost.
        case replay
    }

    package func step(_ patch: TusPatch) throws(TusFlaw) -> Step {
        if isJoined { throw TusFlaw(.forbidden, "an upload that was put together takes no bytes") }
        guard patch.offset == offset else { throw .wrongOffset(offset) }
        if isFinished {
            try requireFit(patch, of: offset)
            return .replay
        }
        if let stated = patch.length, stated != length ?? stated || stated < offset {
            throw TusFlaw(.badRequest, "Upload-Length can't be changed, nor be less than what has come")
        }
        try requireFit(patch, of: patch.length ?? length)
        return .append(length: patch.length ?? length)
    }

    /// - Throws: 413 where the head says already that more comes than the upload is to have.
    private func requireFit(_ patch: TusPatch, of length: UInt64?) throws(TusFlaw) {
        guard let count = patch.contentLength, let length else { return }
        if count > length - min(offset, length) { throw .beyondLength }
    }
}
