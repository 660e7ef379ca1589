import Platform

/// What keeps files from being wiped, looked at before a server is asked about them: on a read-only card, in a folder of somebody
/// else, and where a wipe isn't worth what a person wants, a confirmation serves nothing. What is found holds for one pass.
final class WipeObstacles {
    private let grading: ErasureGrading
    private var paths: Set<LocalPath> = []
    /// By the place and the reason.
    private var counts: [String: (files: Int, advice: String)] = [:]
    private var obstacles: [[FileName]: SystemError?] = [:]

    init(_ grading: ErasureGrading) {
        self.grading = grading
    }

    /// How many files stay for them.
    var files: Int { paths.count }

    /// Why the file can't be wiped by this user, or isn't to be; that counts it as one that remains, however often it is asked.
    func obstacle(to path: LocalPath, in folder: WatchedFolder) -> String? {
        let (reason, advice): (String, String)
        if let error = rightsMissing(for: path, folder) {
            (reason, advice) = ("\(error.errno)", Self.adviceOnRights)
        } else if let objection = grading.objection(to: path, in: folder) {
            (reason, advice) = (objection, Self.adviceOnGrades)
        } else {
            return nil
        }
        guard paths.insert(path).inserted else { return reason }
        let place = path.folders.isEmpty ? "." : path.folders.map(\.description).joined(separator: "/")
        counts["\(place): \(reason)", default: (0, advice)].files += 1
        return reason
    }

    private static let adviceOnRights = "let this user write to the folder and its files, or run with -d n"
    private static let adviceOnGrades = "record on another medium (docs/ERASURE.md), ask for less, or run with -d n"

    private func rightsMissing(for path: LocalPath, _ folder: WatchedFolder) -> SystemError? {
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
        for (text, found) in counts.sorted(by: { $0.key < $1.key })
        where told.isNews("can't wipe in \(text)", again: TellingAgain.wipeRights) {
            var line = LogLine("can't-wipe", level: .warning)
            line.add("files", found.files)
            line.add("reason", text)
            line.add("advice", found.advice)
            reporter.log(line)
        }
    }
}
