import Domain
import Encodings
import Platform
import Storage

/// What a command asks of the server that runs, and what it is answered: by a name that follows from the storage folder.
enum ConsoleMessages {
    /// Bytes of a record, and of an answer's text, at most.
    private static let longest = 16 << 10
    /// Seconds that either side waits for the other.
    static let patience = 120

    /// - Parameter folder: of the storage, as a person names it.
    static func name(of folder: String) throws(SystemError) -> String {
        let status = try FileStatus(ofPath: try canonicalPath(folder))
        return "auto-upload-server:\(status.identity.device)-\(status.identity.inode)"
    }

    // MARK: What is asked

    enum Request: Sendable {
        /// Its bytes follow.
        case add(OfferedFile)
        case change(FileChange)
        case tell(Question)
    }

    static func write(_ file: OfferedFile, to connection: borrowing LocalConnection) throws(SystemError) {
        var record: [UInt8] = []
        file.write(to: &record)
        try writeCounted(record, to: connection)
    }

    static func write(_ change: FileChange, to connection: borrowing LocalConnection) throws(SystemError) {
        var record: [UInt8] = [FileChange.mark]
        change.write(to: &record)
        try writeCounted(record, to: connection)
    }

    // MARK: A question

    /// How the server is, in one of two forms.
    enum Question: String, CaseIterable {
        case status
        case statusAsJSON = "status-json"
    }

    static func write(_ question: Question, to connection: borrowing LocalConnection) throws(SystemError) {
        var bytes: [UInt8] = []
        bytes.writeInteger(UInt16(clamping: question.rawValue.utf8.count))
        try connection.write(bytes + question.rawValue.utf8)
    }

    /// - Returns: nil for what none of these writes.
    static func readRequest(from connection: borrowing LocalConnection) throws(SystemError) -> Request? {
        guard let record = try readCounted(from: connection) else { return nil }
        if let question = Question.allCases.first(where: { record.elementsEqual($0.rawValue.utf8) }) {
            return .tell(question)
        }
        var span = record.span
        if record.first == FileChange.mark {
            let _: UInt8? = span.takeInteger()
            return FileChange(takingFrom: &span).map { .change($0) }
        }
        guard let file = OfferedFile(takingFrom: &span), span.isEmpty, file.size != nil else { return nil }
        return .add(file)
    }

    // MARK: The answer

    struct Answer: Sendable {
        /// Nil: it isn't stored.
        let digest: ContentDigest?
        let wasThere: Bool
        /// Where it is stored, in the user's folder; or why it isn't.
        let text: [UInt8]
    }

    static func write(_ answer: Answer, to connection: borrowing LocalConnection) throws(SystemError) {
        let digest = answer.digest?.bytes ?? [UInt8](repeating: 0, count: ContentDigest.byteCount)
        let record = [answer.digest == nil ? 0 : 1, answer.wasThere ? 1 : 0] + digest + answer.text.prefix(longest / 2)
        try writeCounted(record, to: connection)
    }

    static func readAnswer(from connection: borrowing LocalConnection) throws(SystemError) -> Answer? {
        guard let record = try readCounted(from: connection) else { return nil }
        var span = record.span
        guard let isStored: UInt8 = span.takeInteger(), let wasThere: UInt8 = span.takeInteger(),
            let digest = ContentDigest(takingFrom: &span)
        else { return nil }
        return Answer(digest: isStored == 1 ? digest : nil, wasThere: wasThere == 1, text: [UInt8](span))
    }

    static func write(_ answer: FileChange.Answer, to connection: borrowing LocalConnection) throws(SystemError) {
        try writeCounted([answer.code] + answer.text.prefix(longest / 2), to: connection)
    }

    static func readChange(from connection: borrowing LocalConnection) throws(SystemError) -> FileChange.Answer? {
        guard let record = try readCounted(from: connection), let code = record.first else { return nil }
        return FileChange.Answer(code: code, text: Array(record.dropFirst()))
    }

    private static func writeCounted(
        _ record: [UInt8], to connection: borrowing LocalConnection
    ) throws(SystemError) {
        var bytes: [UInt8] = []
        bytes.writeInteger(UInt16(clamping: record.count))
        try connection.write(bytes + record)
    }

    private static func readCounted(from connection: borrowing LocalConnection) throws(SystemError) -> [UInt8]? {
        var head = [UInt8](repeating: 0, count: 2)
        guard try connection.read(into: &head) == head.count else { return nil }
        let count = Int(head[0]) << 8 | Int(head[1])
        guard count <= longest else { return nil }
        var record = [UInt8](repeating: 0, count: count)
        return try connection.read(into: &record) == count ? record : nil
    }
}
