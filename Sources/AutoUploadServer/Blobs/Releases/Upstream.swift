import HTTPClient
import Platform

/// Something that another server is asked, by this one alone: at most each half hour, whoever asks here, so that it never learns who did. The
/// last answer outlives restarts.
final class UpstreamQuestion: Sendable {
    let url: String
    private let name: FileName
    /// Looks at an answer that has come at a time; nil for none that is understood, else what is to be kept of it.
    private let take: @Sendable (_ content: [UInt8], _ time: Int64) -> [UInt8]?
    /// Is given what was kept, with the time when it came.
    private let load: @Sendable (_ kept: [UInt8], _ time: Int64) -> Bool

    /// Seconds.
    static let interval: Int64 = 1800
    private static let limits = HTTPClient.Limits(bytes: 4 << 20, seconds: 20)

    init(
        _ url: String, keptAs name: FileName, taking take: @escaping @Sendable ([UInt8], Int64) -> [UInt8]?,
        loading load: @escaping @Sendable ([UInt8], Int64) -> Bool
    ) {
        (self.url, self.name, self.take, self.load) = (url, name, take, load)
    }

    /// What is in the file: a line with two times (Unix seconds), and what is kept of the answer.
    struct Kept {
        /// When it came; 0 where none has.
        var answered: Int64 = 0
        /// When it was asked last.
        var asked: Int64 = 0
        var content: [UInt8] = []

        init() {}

        init?(_ bytes: [UInt8]) {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            let times = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ").compactMap { Int64($0) }
            guard times.count == 2 else { return nil }
            (answered, asked, content) = (times[0], times[1], Array(bytes[(end + 1)...]))
        }

        var bytes: [UInt8] { Array("\(answered) \(asked)\n".utf8) + content }
    }

    /// Reads what was kept.
    ///
    /// - Returns: with nothing in it where nothing was, or it can't be understood any more.
    func restore(from folder: Directory) -> Kept {
        guard let bytes = try? folder.open(name, .reading).readAll(limit: 16 << 20), let kept = Kept(bytes) else {
            return Kept()
        }
        if kept.answered > 0, load(kept.content, kept.answered) { return kept }
        var known = Kept()
        known.asked = kept.asked
        return known
    }

    /// Asks, and keeps what is answered. Where it isn't, what was kept stays.
    ///
    /// - Returns: why there is no answer.
    func ask(_ kept: inout Kept, agent: String, in folder: Directory, now: Int64) -> String? {
        kept.asked = now
        // Before the answer: a server that is killed again and again doesn't ask each time.
        try? save(kept, in: folder)
        let content: [UInt8]
        do throws(HTTPClient.Failure) {
            content = try HTTPClient.get(url, agent: agent, Self.limits)
        } catch {
            return error.description
        }
        guard let taken = take(content, now) else { return "the answer isn't what is expected" }
        (kept.content, kept.answered) = (taken, now)
        try? save(kept, in: folder)
        return nil
    }

    private func save(_ kept: Kept, in folder: Directory) throws(SystemError) {
        guard let newName = FileName(name.bytes + Array(".new".utf8)) else { return }
        try? folder.remove(newName)
        let file = try folder.open(newName, .creating(permissions: 0o600))
        try file.write(kept.bytes)
        try file.flush()
        try folder.rename(newName, to: folder, as: name)
    }
}

extension UpstreamQuestion.Kept {
    /// Unix seconds, from which on it may be asked again.
    func due(now: Int64) -> Int64 {
        // The clock may have been put back since.
        asked > now ? now : asked + UpstreamQuestion.interval
    }
}
