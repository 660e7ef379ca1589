import Accounts
import Catalogue
package import Connections
import Domain
import Encodings
import Logins
import Measuring
import Platform
import Storage
import Transport

/// How the server is and what it does now, for who asks at this machine's console.
package struct StatusReport {
    private let services: Services
    /// Of the storage folder.
    private let path: String
    private let now = currentUnixTime()

    package init(_ services: Services, path: String) {
        (self.services, self.path) = (services, path)
    }

    /// Of each kind that many are named at most.
    static let most = 1000

    // MARK: JSON

    /// One object in one line.
    package var json: String {
        var object = JSONText()
        object.add("running", true)
        object.add("process", ProcessLimits.processID)
        object.add("version", version)
        object.add("started", utcText(services.started))
        object.add("storage", json: storage)
        object.add("certificate", json: certificate)
        object.add("passwords", json: passwords)
        let (waiting, loggedIn, leaving) = services.registry.tally
        var connections = JSONText()
        connections.add("before-login", waiting)
        connections.add("logged-in", loggedIn)
        connections.add("leaving", leaving)
        object.add("connections", json: connections.text)
        object.add("clients", json: array(visits.map(Self.object)))
        object.add("unfinished", services.vault.unfinished.count)
        object.add("receiving", json: array(uploads.map(Self.object)))
        object.add("users", json: array(users.map(Self.object)))
        return object.text
    }

    private var version: String { services.software.split(separator: "/").last.map(String.init) ?? "" }

    private func array(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }

    private var storage: String {
        var object = JSONText()
        object.add("path", path)
        object.add("trouble", services.vault.displacement()?.description)
        object.add("free", services.vault.room?.available)
        object.add("size", services.vault.room?.total)
        object.add("promised", services.vault.promised)
        object.add("failed-flushes", services.vault.meter.failures.value)
        object.add("catalogue-trouble", catalogueTrouble)
        return object.text
    }

    /// Nil also where there is to be none.
    private var catalogueTrouble: String? { services.catalogue.isWanted ? services.catalogue.trouble : nil }

    private var certificate: String {
        var object = JSONText()
        object.add("subject", summary?.subject)
        object.add("end", summary.map { utcText($0.end) })
        object.add("days-left", daysLeft)
        return object.text
    }

    private var summary: CertificateSummary? { services.certificate.context.certificate }
    private var daysLeft: Int64? { summary.map { ($0.end - now) / 86_400 } }

    private var passwords: String {
        let (users, problems) = services.gate.directory
        var object = JSONText()
        object.add("users", users.count)
        object.add("wrong-lines", problems)
        return object.text
    }

    private static func object(_ visit: ConnectionRegistry.Visit) -> String {
        var object = JSONText()
        object.add("user", visit.login?.user.text)
        object.add("address", visit.address?.description)
        object.add("seconds", Int(Instant.now.seconds(since: visit.since)))
        object.add("busy", visit.isBusy)
        return object.text
    }

    private static func object(_ upload: UploadUnderWay) -> String {
        var object = JSONText()
        object.add("user", upload.key.user.description)
        object.add("path", escaped(upload.path.bytes))
        object.add("received", upload.received)
        object.add("size", upload.size)
        return object.text
    }

    private static func object(_ user: (name: String, last: Int64?)) -> String {
        var object = JSONText()
        object.add("user", user.name)
        object.add("last-upload", user.last.map { utcText($0) })
        return object.text
    }

    // MARK: What is there

    private var visits: [ConnectionRegistry.Visit] { Array(services.registry.visits.prefix(Self.most)) }

    /// Of which something has come since they were opened.
    private var uploads: [UploadUnderWay] {
        let all = services.vault.uploadsUnderWay.filter { $0.received > 0 }
        return Array(all.sorted { $0.received > $1.received }.prefix(Self.most))
    }

    /// Who has been silent for longest comes first; who has never sent anything, last.
    private var users: [(name: String, last: Int64?)] {
        let last = services.counts.snapshot.lastUploads
        let all = services.gate.directory.users.map { user in
            (name: user.text, last: FileName(user.text).flatMap { last[$0] })
        }
        return Array(all.sorted { ($0.last ?? .max, $0.name) < ($1.last ?? .max, $1.name) }.prefix(Self.most))
    }
}

// MARK: - Text

extension StatusReport {
    /// For people, in lines.
    package var text: String {
        let (waiting, loggedIn, leaving) = services.registry.tally
        let unfinished = services.vault.unfinished
        let age = unfinished.oldest.map { ", the oldest since \(duration(Instant.now.seconds(since: $0)))" } ?? ""
        var lines = [
            "server: process \(ProcessLimits.processID), version \(version), since \(utcText(services.started))",
            "storage: \(storageText)", "certificate: \(certificateText)", "passwords: \(passwordText)",
            "connections: \(loggedIn) logged in, \(waiting) before the login, \(leaving) leaving",
        ]
        lines += visits.map { visit in
            let name = padded(visit.login.map { escaped($0.user.text) } ?? "-", 16)
            let seconds = duration(Instant.now.seconds(since: visit.since))
            return "  \(name)\(visit.address?.description ?? "-"), for \(seconds)\(visit.isBusy ? ", busy" : "")"
        }
        lines.append("unfinished uploads: \(unfinished.count)\(age)")
        lines += uploads.map { upload in
            let size = upload.size.map { " of \(byteText($0))" } ?? ""
            return "  \(padded(upload.key.user.description, 16))\(upload.path): \(byteText(upload.received))\(size)"
        }
        lines.append("last uploads:")
        lines += users.map { "  \(padded(escaped($0.name), 16))\($0.last.map { utcText($0) } ?? "none")" }
        return lines.joined(separator: "\n")
    }

    private var storageText: String {
        let vault = services.vault
        var text = escaped(path)
        if let trouble = vault.displacement() { text += ": NOT IN PLACE: \(trouble)" }
        if let room = vault.room {
            text +=
                ", \(byteText(room.available)) of \(byteText(room.total)) free, \(byteText(vault.promised)) promised"
            if room.available <= vault.keptFree(of: room) { text += ": FULL, uploads are refused" }
        }
        let failures = vault.meter.failures.value
        if failures > 0 { text += ", \(failures) flushes FAILED" }
        if let trouble = catalogueTrouble { text += "; catalogue: \(trouble)" }
        return text
    }

    private var certificateText: String {
        guard let summary, let daysLeft else { return "not known" }
        return "for \(escaped(summary.subject)), until \(utcText(summary.end)): \(daysLeft) days left"
    }

    private var passwordText: String {
        let (users, problems) = services.gate.directory
        return "\(users.count) users"
            + (problems == 0 ? "" : ", \(problems) lines that aren't right (check tells which)")
    }

    private func duration(_ seconds: Double) -> String {
        let seconds = Int(max(0, seconds))
        if seconds < 120 { return "\(seconds) s" }
        if seconds < 7200 { return "\(seconds / 60) min" }
        return seconds < 172_800 ? "\(seconds / 3600) h" : "\(seconds / 86_400) days"
    }

    private func padded(_ text: String, _ columns: Int) -> String {
        text + String(repeating: " ", count: max(1, columns - text.count))
    }
}
