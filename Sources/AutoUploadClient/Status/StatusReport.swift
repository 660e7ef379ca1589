import CommandLine
import Encodings
import Platform

/// What a running client does, and what it is at a loss with: what `status` shows.
struct StatusReport: Sendable {
    enum Activity: String, Sendable {
        case starting, looking, sending, waiting
    }

    /// How far the sending has come.
    struct Transfer: Hashable, Sendable {
        let files: Amount
        let bytes: Amount
        let rate: Double?
        /// The file under way, escaped.
        let current: String?
    }

    /// How the latest pass ended.
    struct LastPass: Sendable {
        /// Unix seconds.
        let ended: Int64
        let confirmed: Int
        let wiped: Int
        let remaining: Int
        /// What it failed for.
        let failure: String?
        let needsPerson: Bool
    }

    let folder: String
    let server: String
    let user: String
    let deletes: Bool
    /// Unix seconds.
    let started: Int64
    var activity = Activity.starting
    var transfer: Transfer?
    var lastPass: LastPass?
    var nextPass: Instant?
    /// Since the start.
    var confirmed = 0
    var wiped = 0
    var standings = Standings()
    /// What wiping is worth in the folder; nil where nothing is wiped, or wasn't looked at yet.
    var ground: ErasureGround?

    /// In one line.
    var summary: String {
        if let failure = lastPass?.failure { return failure }
        return "\(activity.rawValue); \(confirmed) confirmed since the start, \(lastPass?.remaining ?? 0) remaining"
    }

    /// What was done before counts, too.
    func counting(from earlier: StatusReport) -> StatusReport {
        var report = self
        (report.confirmed, report.wiped, report.ground) = (earlier.confirmed, earlier.wiped, earlier.ground)
        return report
    }

    mutating func take(_ result: PassResult) {
        confirmed += result.confirmed
        wiped += result.wiped
        standings = result.standings
        ground = result.ground ?? ground
        (transfer, activity) = (nil, .waiting)
        lastPass = LastPass(
            ended: currentUnixTime(), confirmed: result.confirmed, wiped: result.wiped, remaining: result.remaining,
            failure: result.failure?.description, needsPerson: result.failure?.needsPerson ?? false)
    }
}

extension StatusReport {
    init(_ configuration: Configuration, started: Int64) {
        self.init(
            folder: (try? canonicalPath(configuration.folder)) ?? configuration.folder,
            server: configuration.server.description, user: configuration.user, deletes: configuration.deletes,
            started: started)
    }
}

// MARK: - For people

extension StatusReport {
    /// Lines without a closing end.
    var text: String {
        let now = Instant.now
        var lines = [
            "client: process \(ProcessLimits.processID), version \(Version.current), since \(utcText(started))",
            "folder: \(escaped(folder)), to \(escaped(user)) at \(server)"
                + (deletes ? ", wiped once confirmed" : ", files stay"),
            "now: \(activityText(at: now))",
            "since the start: \(confirmed) confirmed" + (deletes ? ", \(wiped) wiped" : ""),
        ]
        if deletes, let ground { lines.append("wiping: \(ground)") }
        if let lastPass { lines += text(of: lastPass) }
        lines.append("files: " + (standings.counts.isEmpty ? "nothing waits" : countsText))
        lines += standings.named.map { "  " + $0.text(at: now) }
        return lines.joined(separator: "\n")
    }

    private func activityText(at now: Instant) -> String {
        var text = activity.rawValue
        if activity == .waiting, let nextPass {
            text += ", the next look is in \(UInt64(nextPass.seconds(since: now).rounded(.up))) s"
        }
        guard let transfer else { return text }
        text +=
            ", \(transfer.files.done)/\(transfer.files.total) files, \(ProgressText.bytes(transfer.bytes.done))"
            + " of \(ProgressText.bytes(transfer.bytes.total))"
        return text + (transfer.current.map { ", at \($0)" } ?? "")
    }

    private func text(of pass: LastPass) -> [String] {
        var line = "last look: \(utcText(pass.ended)), \(pass.confirmed) confirmed"
        if deletes { line += ", \(pass.wiped) wiped" }
        line += ", \(pass.remaining) remaining"
        guard let failure = pass.failure else { return [line] }
        return [line, "trouble: \(failure)" + (pass.needsPerson ? " (somebody has to do something about it)" : "")]
    }

    private var countsText: String {
        FileStanding.Kind.allCases.compactMap { kind in
            standings.counts[kind].map { "\($0) \(kind.rawValue)" }
        }.joined(separator: ", ")
    }
}

// MARK: - For programs

extension StatusReport {
    /// One object in one line.
    var json: String {
        let now = Instant.now
        var object = JSONText()
        object.add("running", true)
        object.add("process", ProcessLimits.processID)
        object.add("version", Version.current)
        object.add("started", started)
        object.add("folder", folder)
        object.add("server", server)
        object.add("user", user)
        object.add("deletes", deletes)
        object.add("activity", activity.rawValue)
        object.add("next-pass-in", nextPass.map { UInt64($0.seconds(since: now).rounded(.up)) })
        object.add("confirmed", confirmed)
        object.add("wiped", wiped)
        if deletes, let ground {
            object.add("wipe-grade", ground.grade.rawValue)
            object.add("wipe-ground", ground.reason)
        }
        if let transfer { object.add("transfer", json: transfer.json) }
        if let lastPass { object.add("last-pass", json: lastPass.json) }
        object.add("waiting", json: countsJSON)
        object.add("files", json: "[" + standings.named.map { $0.json(at: now) }.joined(separator: ",") + "]")
        return object.text
    }

    private var countsJSON: String {
        var counts = JSONText()
        for kind in FileStanding.Kind.allCases { counts.add(kind.rawValue, standings.counts[kind]) }
        return counts.text
    }
}

extension StatusReport.Transfer {
    fileprivate var json: String {
        var object = JSONText()
        object.add("files-done", files.done)
        object.add("files", files.total)
        object.add("bytes-done", bytes.done)
        object.add("bytes", bytes.total)
        object.add("bytes-per-second", rate.map { UInt64(max(0, min($0, 1e15))) })
        object.add("current", current)
        return object.text
    }
}

extension StatusReport.LastPass {
    fileprivate var json: String {
        var object = JSONText()
        object.add("ended", ended)
        object.add("confirmed", confirmed)
        object.add("wiped", wiped)
        object.add("remaining", remaining)
        object.add("failure", failure)
        if failure != nil { object.add("needs-person", needsPerson) }
        return object.text
    }
}
