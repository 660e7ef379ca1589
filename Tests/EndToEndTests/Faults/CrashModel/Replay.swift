import Domain
import Platform
import Wire

/// A trace, done again in a model, with a look at each answer of the server as it goes out or comes in.
struct Replay<Answer: TracedAnswer> {
    private(set) var model: FileSystemModel
    private var streams: [UInt64: AnswerStream<Answer>] = [:]
    private let records: [TraceRecord]

    init(_ records: [TraceRecord], model: FileSystemModel) {
        self.records = records
        self.model = model
    }

    /// - Parameters:
    ///   - before: called before each record.
    ///   - answer: called with each answer, and the model at the moment.
    /// - Returns: the model at the end.
    mutating func run(
        before: (Int, TraceRecord, FileSystemModel) throws -> Void = { _, _, _ in },
        answer: (Answer, FileSystemModel) throws -> Void = { _, _ in }
    ) throws -> FileSystemModel {
        for (index, record) in records.enumerated() {
            try before(index, record, model)
            for message in try answers(in: record) { try answer(message, model) }
            model.apply(record)
        }
        return model
    }

    private mutating func answers(in record: TraceRecord) throws -> [Answer] {
        switch record.event {
        case .sending(let session, let bytes):
            return try streams[session, default: AnswerStream<Answer>()].sending(bytes)
        case .sent(let session, let count): streams[session]?.sent(count)
        case .received(let session, let bytes):
            return try streams[session, default: AnswerStream<Answer>()].received(bytes)
        case .ended(let session): streams[session] = nil
        default: break
        }
        return []
    }
}

extension FileSystemModel {
    /// Why a crash at this moment could take from a server what it confirms; nil when none can.
    func doubt(about confirmation: Confirmation, user: String) throws -> String? {
        let names = confirmation.path.bytes.split(separator: UInt8(ascii: "/")).map { Tree.key(Array($0)) }
        return try doubt(about: [user] + names, size: Int(confirmation.size), confirmation.digest.description)
    }

    /// - Parameters:
    ///   - names: of the folders, and of the file.
    ///   - size: nil: the answer doesn't tell it.
    func doubt(about names: [String], size: Int? = nil, _ expected: String) throws -> String? {
        var object = Self.root
        for name in names {
            guard let next = folders[object]?.certain(name) else { return "the name \(name) in \(names) may be lost" }
            object = next
        }
        guard let content = files[object]?.certain else { return "the content of \(names) may be lost" }
        guard content.count == size ?? content.count else { return "\(names) is durable with \(content.count) bytes" }
        guard try digest(of: content) == expected else {
            return "\(names) is durable as garbage"
        }
        return nil
    }
}
