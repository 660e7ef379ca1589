import Platform

/// The thread that asks other servers what clients ask of this one.
final class UpstreamWatch: Sendable {
    private let store: BlobStore
    private let questions: [UpstreamQuestion]
    private let agent: String
    private static let folderName = FileName(constant: "upstream")

    init(_ store: BlobStore, _ questions: [UpstreamQuestion], agent: String) {
        (self.store, self.questions, self.agent) = (store, questions, agent)
    }

    /// Begins to ask, as soon as the blobs are open, beside which answers are kept.
    func start() throws(SystemError) {
        if questions.isEmpty { return }
        try Thread.detach(stackSize: 1 << 20) { [self] in
            Thread.lowerPriority()
            run()
        }
    }

    private func run() {
        guard let folder = awaitFolder() else { return }
        var kept = questions.map { $0.restore(from: folder) }
        var told: Set<String> = []
        while true {
            for (index, question) in questions.enumerated() {
                let now = currentUnixTime()
                guard kept[index].due(now: now) <= now else { continue }
                let place = self.folder ?? folder
                guard let trouble = question.ask(&kept[index], agent: agent, in: place, now: now) else {
                    told.remove(question.url)
                    continue
                }
                if told.insert(question.url).inserted {
                    store.report("upstream-away", "\(escaped(question.url)) can't be asked: \(trouble)", .warning)
                }
            }
            let now = currentUnixTime()
            let next = kept.map { $0.due(now: now) - now }.min() ?? UpstreamQuestion.interval
            if isEnding(within: Double(max(1, min(next, 60)))) { return }
        }
    }

    private func isEnding(within seconds: Double) -> Bool {
        let isEnding: Void? = store.state.wait(before: .after(seconds: seconds)) { $0.isEnding ? () : nil }
        return isEnding != nil
    }

    /// - Returns: nil when the server ends first.
    private func awaitFolder() -> Directory? {
        while true {
            let isOpen: Bool? = store.state.wait(before: .after(seconds: 3600)) { state in
                state.isEnding ? false : state.shelf == nil ? nil : true
            }
            if isOpen == false { return nil }
            if let folder { return folder }
            if isEnding(within: 1) { return nil }
        }
    }

    private var folder: Directory? {
        guard let all = try? store.shelf().folders.all else { return nil }
        try? all.makeFolder(Self.folderName, permissions: 0o700)
        return try? all.openFolderWithinMount(Self.folderName)
    }
}
