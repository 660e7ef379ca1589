import Platform

/// What the kernel tells of the watched folder between two looks at it. The looks stay the truth: where nothing is told, as over a network, or not all, as
/// beyond the kernel's limits, they alone count.
final class FolderChanges {
    /// What has happened since it was last asked.
    struct News {
        /// Files that somebody closed who had them open for writing.
        var closed: Set<LocalPath> = []
        /// Files that came by their names.
        var arrived: Set<LocalPath> = []

        var isEmpty: Bool { closed.isEmpty && arrived.isEmpty }
    }

    private let notices: FolderNotices?
    private var folders: [FolderNotices.Watch: [FileName]] = [:]
    private var seen: Set<FolderNotices.Watch> = []
    /// Why not all is told, for people.
    private var flaw: String?

    /// Seconds in which what happens is gathered, before somebody is told that something has.
    private static let gatheringSeconds = 0.5

    init() {
        do throws(SystemError) {
            notices = try FolderNotices()
        } catch {
            (notices, flaw) = (nil, error.description)
        }
    }

    /// Tells whenever something has happened, from a thread of its own, for as long as the process lives.
    func follow(_ tell: @escaping @Sendable () -> Void) {
        guard let notices else { return }
        do throws(SystemError) {
            try Self.follow(notices, tell)
        } catch {
            flaw = error.description
        }
    }

    private static func follow(
        _ notices: FolderNotices, _ tell: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        try Thread.detach {
            while true {
                notices.wait()
                tell()
                // It may be busy with other things for long.
                Thread.sleep(seconds: gatheringSeconds)
            }
        }
    }

    /// A look at all folders begins.
    func beginLook() {
        seen = []
    }

    /// The look has come to a folder.
    func watch(_ directory: Directory, at path: [FileName]) {
        guard let notices else { return }
        do throws(SystemError) {
            let watch = try notices.watch(directory)
            folders[watch] = path
            seen.insert(watch)
        } catch {
            flaw = error.description
        }
    }

    /// The look is over: what it didn't come to isn't of interest any more.
    func endLook() {
        for watch in folders.keys where !seen.contains(watch) {
            notices?.end(watch)
            folders[watch] = nil
        }
    }

    /// Watches a folder no longer, until the next look comes to it.
    func leave(_ path: [FileName]) {
        for watch in folders.filter({ $0.value == path }).keys {
            notices?.end(watch)
            folders[watch] = nil
        }
    }

    func take() -> News {
        var news = News()
        for notice in notices?.take() ?? [] {
            switch notice {
            case .closed(let watch, let name): path(name, in: watch).map { _ = news.closed.insert($0) }
            case .arrived(let watch, let name): path(name, in: watch).map { _ = news.arrived.insert($0) }
            case .ended(let watch): folders[watch] = nil
            case .lost: flaw = "more has happened than the kernel remembers"
            }
        }
        return news
    }

    /// Why what happened isn't told, or not all of it, since it was last asked.
    func takeFlaw() -> String? {
        defer { flaw = nil }
        return flaw
    }

    private func path(_ name: FileName, in watch: FolderNotices.Watch) -> LocalPath? {
        if OwnNames.isOwn(name) { return nil }
        return folders[watch].map { LocalPath(folders: $0, name: name) }
    }
}
