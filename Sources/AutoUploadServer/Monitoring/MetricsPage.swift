import Accounts
import Catalogue
import Connections
import Domain
import Events
import Logins
import Measuring
import Platform
import Storage
import Transport

/// What the server measures of itself, as text. Names and labels are bounded: users of the password file, statuses of the catalogue of
/// statuses, ways in.
struct MetricsPage {
    private let services: Services
    private var page: Exposition

    /// Users that are named: beyond them a scrape would take long.
    static let mostUsers = 10_000

    static func text(of services: Services, as format: Exposition.Format) -> [UInt8] {
        var page = MetricsPage(services: services, page: Exposition(format))
        page.addProcess()
        page.addConnections()
        page.addUploads()
        page.addWork()
        page.addStorage()
        page.addBlobs()
        page.addUsers()
        return page.page.finish()
    }

    private mutating func addProcess() {
        page.info(
            "auto_upload_build", help: "The version that runs.",
            [("version", services.software.split(separator: "/").last.map(String.init) ?? "")])
        page.gauge(
            "process_start_time_seconds", unit: "seconds", help: "Unix time at which the server began.",
            services.started)
        page.counter(
            "process_cpu_seconds", unit: "seconds", help: "Processor time that the server has taken.",
            seconds: ProcessUse.processorSeconds)
        page.gauge(
            "process_resident_memory_bytes", unit: "bytes", help: "Memory that the server has resident.",
            ProcessUse.residentBytes)
        page.gauge(
            "auto_upload_certificate_end_timestamp_seconds", unit: "seconds",
            help: "Unix time at which the certificate ends.", services.certificate.context.certificate?.end)
    }

    private mutating func addConnections() {
        let (waiting, loggedIn, leaving) = services.registry.tally
        page.gauge(
            "auto_upload_connections", help: "Open connections.",
            [
                ([("state", "before_login")], Double(waiting)), ([("state", "logged_in")], Double(loggedIn)),
                ([("state", "leaving")], Double(leaving)),
            ])
        let counts = services.counts
        page.counter(
            "auto_upload_accepted_connections", help: "Connections that were accepted.", counts.connections.value)
        page.counter(
            "auto_upload_refused_connections", help: "Connections that found no room.",
            counts.refusedConnections.value)
        page.counter(
            "auto_upload_strangers", help: "Connections that ended without a handshake, or spoke no known protocol.",
            counts.strangers.value)
        page.counter(
            "auto_upload_logins", help: "Logins, by what came of them.",
            counts.snapshot.logins.sorted { $0.key < $1.key }.map { ([("outcome", $0.key)], $0.value) })
    }

    private mutating func addUploads() {
        let (counts, tally) = (services.counts, services.counts.snapshot)
        let outcomes = tally.uploads.sorted {
            ($0.key.face.rawValue, $0.key.outcome) < ($1.key.face.rawValue, $1.key.outcome)
        }
        page.counter(
            "auto_upload_uploads", help: "Uploads, by what came of them and by which way they came.",
            outcomes.map { ([("face", $0.key.face.rawValue), ("outcome", $0.key.outcome)], $0.value) })
        page.counter(
            "auto_upload_stored_bytes", unit: "bytes", help: "Bytes of files that were stored, by which way they came.",
            tally.storedBytes.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                ([("face", $0.key.rawValue)], $0.value)
            }
        )
        page.counter(
            "auto_upload_received_bytes", unit: "bytes", help: "Bytes that came of uploads.",
            services.vault.meter.received.value)
        page.counter(
            "auto_upload_sent_bytes", unit: "bytes", help: "Bytes of stored files that were sent.", counts.sent.value)
        page.counter("auto_upload_parked", help: "Times that an upload broke off and was kept.", counts.parked.value)
        page.counter("auto_upload_resumed", help: "Times that an upload was gone on with.", counts.resumed.value)
        page.counter(
            "auto_upload_expired", help: "Unfinished uploads that nobody came back for.", counts.expired.value)
    }

    private mutating func addWork() {
        let meter = services.vault.meter
        page.histogram(
            "auto_upload_flush_seconds", unit: "seconds",
            help: "How long a flush took that succeeded, by what was flushed.",
            [
                ([("of", "file")], meter.files.snapshot), ([("of", "folder")], meter.folders.snapshot),
                ([("of", "storage")], meter.whole.snapshot),
            ])
        page.counter("auto_upload_failed_flushes", help: "Flushes that failed.", meter.failures.value)
        page.histogram(
            "auto_upload_commit_batch_files", help: "Uploads that were made durable together.",
            [([], meter.batches.snapshot)])
        page.histogram(
            "auto_upload_answer_seconds", unit: "seconds", help: "From an upload's last byte until it was stored.",
            [([], meter.answers.snapshot)])
        page.gauge(
            "auto_upload_queue_depth",
            help:
                "What waits: logins, questions for stored files, uploads that are being stored, notes for the catalogue.",
            [
                ([("queue", "login")], Double(services.gate.waiting)),
                ([("queue", "reading")], Double(services.reading.waiting)),
                ([("queue", "commit")], Double(services.vault.waitingCommits)),
                ([("queue", "catalogue")], Double(services.catalogue.backlog)),
            ])
    }

    private mutating func addStorage() {
        let vault = services.vault
        let (count, oldest) = vault.unfinished
        page.gauge("auto_upload_unfinished_uploads", help: "Uploads that aren't stored yet, open or kept.", count)
        page.gauge(
            "auto_upload_oldest_unfinished_upload_seconds", unit: "seconds",
            help: "Since when the server, as it runs now, knows of the oldest unfinished upload; 0 without one.",
            oldest.map { Instant.now.seconds(since: $0) } ?? 0)
        page.gauge(
            "auto_upload_promised_bytes", unit: "bytes", help: "Bytes promised to uploads, and not yet on the disk.",
            vault.promised)
        page.gauge(
            "auto_upload_storage_in_place", help: "Whether the storage folder's path leads to the storage: 1, or 0.",
            vault.displacement() == nil ? 1 : 0)
        guard let room = vault.room else { return }
        page.gauge(
            "auto_upload_storage_free_bytes", unit: "bytes", help: "Free bytes of the storage's file system.",
            room.available)
        page.gauge(
            "auto_upload_storage_size_bytes", unit: "bytes", help: "Bytes of the storage's file system.", room.total)
        page.gauge(
            "auto_upload_storage_kept_free_bytes", unit: "bytes", help: "Bytes that no upload may take (--keep-free).",
            vault.keptFree(of: room))
    }

    private mutating func addBlobs() {
        guard let blobs = services.blobs else { return }
        page.gauge(
            "auto_upload_blobs_in_reach", help: "Whether expiring blobs can be kept and answered: 1, or 0.",
            blobs.isInReach ? 1 : 0)
        page.counter(
            "auto_upload_refused_blob_requests", help: "Requests for blobs that were refused because they can't.",
            blobs.refusals.value)
    }

    private mutating func addUsers() {
        let (users, problems) = services.gate.directory
        page.gauge("auto_upload_users", help: "Users of the password file.", users.count)
        page.gauge(
            "auto_upload_password_file_problems", help: "Lines of the password file that aren't right.", problems)
        let last = services.counts.snapshot.lastUploads
        let known = users.prefix(Self.mostUsers).compactMap { user in
            FileName(user.text).flatMap { last[$0] }.map {
                (labels: [("user", user.text)] as Exposition.Labels, value: Double($0))
            }
        }
        page.gauge(
            "auto_upload_last_upload_timestamp_seconds", unit: "seconds",
            help: "Unix time of the last upload of each user who has sent anything.", known)
    }
}
