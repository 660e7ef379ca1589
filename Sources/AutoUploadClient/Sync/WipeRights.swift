import Platform

/// Whether this user may wipe files at all, looked at before a server is asked about them: on a read-only card, and in a folder
/// of somebody else, a confirmation serves nothing. What is found holds for one pass.
final class WipeRights {
    private var paths: Set<LocalPath> = []
    private var counts: [String: Int] = [:]
    private var obstacles: [[FileName]: SystemError?] = [:]

    /// How many files stay for want of them.
    var files: Int { paths.count }

    /// Whether the file can't be wiped by this user, which counts it as one that remains, however often it is asked.
    func areMissing(for path: LocalPath, in folder: WatchedFolder) -> Bool {
        guard let error = obstacle(path, folder) else { return false }
        guard paths.insert(path).inserted else { return true }
        let place = path.folders.isEmpty ? "." : path.folders.map(\.description).joined(separator: "/")
        counts["\(place): \(error.errno)", default: 0] += 1
        return true
    }

    private func obstacle(_ path: LocalPath, _ folder: WatchedFolder) -> SystemError? {
        if let error = folderObstacle(path, folder) { return error }
        return Self.failure { () throws(SystemError) in try folder.directory(of: path).checkMayWrite(path.name) }
    }

    private func folderObstacle(_ path: LocalPath, _ folder: WatchedFolder) -> SystemError? {
        if let known = obstacles[path.folders] { return known }
        let error = Self.failure { () throws(SystemError) in try folder.directory(of: path).checkMayChangeNames() }
        obstacles[path.folders] = .some(error)
        return error
    }

    /// What else goes wrong, such as that a file is gone, is for the wipe to find out.
    private static func failure(_ check: () throws(SystemError) -> Void) -> SystemError? {
        do throws(SystemError) {
            try check()
            return nil
        } catch {
            return [.accessDenied, .notPermitted, .readOnlyFileSystem].contains(error.errno) ? error : nil
        }
    }

    /// Tells people where files stay, once a day.
    func tell(_ reporter: Reporter, _ told: inout Told) {
        for (text, count) in counts.sorted(by: { $0.key < $1.key })
        where told.isNews("can't wipe in \(text)", again: TellingAgain.wipeRights) {
            var line = LogLine("can't-wipe", level: .warning)
            line.add("files", count)
            line.add("reason", text)
            line.add("advice", "let this user write to the folder and its files, or run with -d n")
            reporter.log(line)
        }
    }
}
