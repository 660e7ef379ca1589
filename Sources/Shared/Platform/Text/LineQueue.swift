/// Lines on their way to a reader who may be slow, or never read: no more of them than a bound allows. Those that find no room
/// are counted, and a line that says so stands where they are missing.
///
/// At a terminal a picture, such as a bar, may stand behind the lines: only the latest one is kept.
struct LineQueue {
    /// What is written in one go.
    struct Batch {
        let bytes: [UInt8]
        /// Lines that stand in it, or that it says are missing.
        fileprivate let lines: Int
    }

    private let limit: Int
    private let lossLine: @Sendable (Int) -> String
    private var bytes: [UInt8] = []
    private var lines = 0
    /// Lines that came after those that wait, and found no room.
    private var refused = 0
    /// Lines that were taken before those that wait, and couldn't be written.
    private var unwritten = 0
    private var picture: [UInt8]?
    private var isWriting = false
    /// Whether what couldn't be written is told of at once, rather than before what comes next.
    private var isEnding = false

    /// - Parameters:
    ///   - limit: bytes that wait at most; as many again may be on their way out.
    ///   - lossLine: says that so many lines are missing.
    init(limit: Int, lossLine: @escaping @Sendable (Int) -> String) {
        self.limit = limit
        self.lossLine = lossLine
    }

    /// Whether all is written.
    var isIdle: Bool { isEmpty && !isWriting }

    private var isEmpty: Bool {
        bytes.isEmpty && refused == 0 && picture == nil && (!isEnding || unwritten == 0)
    }

    mutating func add(_ line: String) {
        // Behind one that found no room none is taken: the line that tells of it has to stand between them.
        let length = bytes.count + (picture?.count ?? 0) + line.utf8.count
        guard refused == 0, length < limit else {
            refused += 1
            return
        }
        bytes += picture ?? []
        picture = nil
        bytes += line.utf8
        bytes.append(Self.newline)
        lines += 1
    }

    /// Gives up all that waits: who is to read it is too slow. What is said of it is how many lines they were.
    mutating func abandon() {
        refused += lines
        (bytes, lines, picture, isEnding) = ([], 0, nil, true)
    }

    /// Text as it is, in the place of the picture that nobody has seen yet.
    mutating func show(_ text: String) {
        picture = Array(text.utf8)
    }

    /// Takes out all that waits; nothing more until `finish` has been told what came of it.
    mutating func take() -> Batch? {
        if isWriting || isEmpty { return nil }
        var text = unwritten > 0 ? Array((lossLine(unwritten) + "\n").utf8) : []
        if text.isEmpty { swap(&text, &bytes) } else { text += bytes }
        if refused > 0 { text += (lossLine(refused) + "\n").utf8 }
        text += picture ?? []
        let batch = Batch(bytes: text, lines: unwritten + lines + refused)
        (bytes, lines, refused, unwritten, picture, isWriting) = ([], 0, 0, 0, nil, true)
        return batch
    }

    /// - Parameter written: so many bytes of the batch; the others are lost, and will be told of.
    mutating func finish(_ batch: Batch, written: Int) {
        isWriting = false
        guard written < batch.bytes.count else { return }
        unwritten = max(0, batch.lines - batch.bytes.prefix(written).count { $0 == Self.newline })
        // Nobody is there to be told.
        if isEnding, written == 0 { unwritten = 0 }
    }

    static let newline = UInt8(ascii: "\n")
}
