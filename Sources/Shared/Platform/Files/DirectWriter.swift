/// Gathers bytes and has them written past the page cache, in large aligned pieces (O_DIRECT, open(2)) and by another thread:
/// those of a large file needn't be copied into memory in which nobody will look for them, nor does who brings them wait for
/// the disk. Where the file system can't, and where a piece isn't aligned, they go through the page cache as ever; the
/// kernel keeps the two in step.
///
/// What was appended is in the kernel's hands after `flush` only. None of it says anything about durability.
///
/// A reader is lent all bytes once, in their order: those of a piece that another thread writes by yet another one.
package struct DirectWriter: ~Copyable {
    private let file: DirectFile
    private let reader: DirectReader
    private var gathering: AlignedMemory
    /// That of the piece that is under way, if one is.
    private var other: AlignedMemory
    private var filled = 0
    /// Where in the file the first byte that is gathered belongs; aligned while there is one.
    private var position: UInt64
    private var underWay: DirectPiece?
    private var isRefused = false

    /// - Parameters:
    ///   - capacity: bytes that are gathered, in whole blocks; twice as many are held.
    ///   - file: must be open for writing. While a piece is under way nobody else may read or write through it.
    ///   - position: where the first byte belongs.
    ///   - reader: is lent the bytes, by one thread at a time. Those that are dropped by `cancel` it may not see.
    package init(
        capacity: Int, to file: borrowing FileDescriptor, position: UInt64,
        reader: @escaping DirectReader
    ) throws(SystemError) {
        let (gathering, other) = (try AlignedMemory(capacity), try AlignedMemory(capacity))
        // One of its own: a piece that is under way when the upload ends finds its descriptor open.
        self.file = DirectFile(try file.duplicate())
        self.gathering = gathering
        self.other = other
        self.position = position
        self.reader = reader
    }

    /// Takes the next bytes.
    ///
    /// - Throws: what they have met, or those before them.
    package mutating func append(_ bytes: RawSpan) throws(SystemError) {
        var rest = bytes
        while !rest.isEmpty {
            let lead = filled == 0 ? bytesToNextBlock : 0
            let piece = rest.extracting(first: min(rest.byteCount, lead > 0 ? lead : gathering.size - filled))
            if lead > 0 {
                try settle()
                try file.descriptor.write(piece, at: position)
                reader(piece)
                position += UInt64(piece.byteCount)
            } else {
                try gather(piece)
            }
            rest = rest.extracting(droppingFirst: piece.byteCount)
        }
    }

    private var bytesToNextBlock: Int {
        let over = Int(position % UInt64(AlignedMemory.alignment))
        return over == 0 ? 0 : AlignedMemory.alignment - over
    }

    private mutating func gather(_ bytes: RawSpan) throws(SystemError) {
        gathering.fill(from: filled, bytes)
        filled += bytes.byteCount
        if filled < gathering.size { return }
        try settle()
        if isRefused { return try flush() }
        let piece = DirectPiece(gathering, count: filled, at: position, in: file, reader: reader)
        swap(&gathering, &other)
        underWay = piece
        position += UInt64(filled)
        filled = 0
        piece.begin()
    }

    /// Hands over everything that was appended, to the kernel and to the reader.
    package mutating func flush() throws(SystemError) {
        try settle()
        let piece = DirectPiece(gathering, count: filled, at: position, in: file, reader: reader)
        piece.read()
        if !isRefused { piece.writePastCache() }
        try finish(piece)
        position += UInt64(filled)
        filled = 0
    }

    /// Drops what was appended and not handed over. Nothing is written or read any more when this returns, so that the file may
    /// be cut.
    package mutating func cancel() {
        // Nobody counts on it, whatever it has met.
        _ = try? underWay.take()?.awaitEnd()
        filled = 0
    }

    /// Waits for the piece that is under way.
    private mutating func settle() throws(SystemError) {
        guard let piece = underWay.take() else { return }
        try finish(piece)
    }

    /// Writes what of a piece couldn't be written past the page cache: its end that is no whole block, or all of it.
    private mutating func finish(_ piece: DirectPiece) throws(SystemError) {
        if !isRefused { isRefused = try piece.awaitEnd() }
        try piece.writeRest()
    }
}
