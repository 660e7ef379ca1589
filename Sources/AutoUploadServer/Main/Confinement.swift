import Blobs
import CommandLine
import DirectUploads
import Platform
import PostgreSQL
import S3

/// What the server gives up for good once its ports are open, before it reads a file that it will read again: what it can't do from
/// then on it learns at its start, and not when a certificate is renewed.
///
/// It comes before the first thread, as Linux confines threads. A helper that is to run other programs has to be forked before.
struct Confinement {
    private let configuration: Configuration

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Gives up all but files and memory.
    ///
    /// - Returns: what could not be given up, for the log.
    func apply() -> [String] {
        var notes: [String] = []
        if ProcessLimits.isRoot {
            notes.append("running as root: give it a user of its own, by --run-as or the service manager")
        }
        if !ProcessLimits.forbidCoreDumps() {
            notes.append("core files can't be forbidden here: one would hold passwords and keys")
        }
        do throws(SystemError) {
            try ProcessLimits.forbidNewPrivileges()
        } catch {
            notes.append("new privileges can't be given up: \(error)")
        }
        return notes + confineFiles()
    }

    /// Gives up the rights that the ports were opened with.
    func becomeUser() throws(ProgramError) {
        do throws(SystemError) {
            if let user = configuration.runAs, !user.isOwn {
                try user.become()
            } else if !ProcessLimits.isRoot {
                try Capabilities.giveUpPorts()
            }
        } catch {
            let advice = configuration.runAs == nil ? "" : "; only root can become another user (--run-as)"
            throw ProgramError("\(error)\(advice)", exitCode: .noPermission)
        }
    }

    private func confineFiles() -> [String] {
        guard configuration.isConfined else { return ["--confine off: this process may reach all that its user may"] }
        let reason: String
        do throws(SystemError) {
            switch try landlock().confine() {
            case .confined: return narrowPlaces
            case .unavailable(let text): reason = text
            }
        } catch {
            reason = error.description
        }
        return ["files can't be confined (Landlock), so this process may reach all that its user may: \(reason)"]
    }
}

// MARK: - What stays within reach

extension Confinement {
    private func landlock() -> Landlock {
        var rules = Landlock()
        // The kernel's view of this process and of the disks, and what OpenSSL and the C library may load late.
        for path in ["/proc", "/sys", "/usr", "/lib", "/lib64", "/etc/ssl", "/etc/pki"] {
            rules.allow(.reading, beneath: path)
        }
        for path in configuration.filesToRead {
            for place in Self.placesToRead(path) { rules.allow(.reading, beneath: place) }
        }
        if let direct = configuration.direct { allow(direct.bucket.endpoint.tcpPort, &rules) }
        if let database = configuration.database { allow(database, &rules) }
        for place in placesToChange { rules.allow(.changing, beneath: place) }
        let sources = configuration.blobs?.sources ?? []
        for source in sources {
            rules.allowConnecting(to: source.port)
            // A name's server may want TCP.
            rules.allowConnecting(to: 53)
        }
        // How names are looked up.
        if !sources.isEmpty { for path in ["/etc", "/run/systemd/resolve"] { rules.allow(.reading, beneath: path) } }
        // At the end.
        for path in [configuration.pidFile].compactMap({ $0 }) + configuration.places.compactMap(\.path) {
            rules.allow(.removing, beneath: Self.place(above: path))
        }
        return rules
    }

    private func allow(_ database: BlobDatabase, _ rules: inout Landlock) {
        for port in database.address.ports { allow(port, &rules) }
        // Who this user is, where the address doesn't say.
        for path in ["/etc/passwd", "/etc/nsswitch.conf"] { rules.allow(.reading, beneath: path) }
        for path in database.files + [environmentVariable("PGPASSFILE")].compactMap(\.self) {
            for place in Self.placesToRead(path) { rules.allow(.reading, beneath: place) }
        }
    }

    /// Connections to a port elsewhere, and finding out the address.
    private func allow(_ port: UInt16, _ rules: inout Landlock) {
        for port in [port, 53] { rules.allowConnecting(to: port) }
        for path in [
            "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf",
            "/run/systemd/resolve",
        ] {
            rules.allow(.reading, beneath: path)
        }
    }

    /// What is replaced by renaming lies in the same folder; and where the path is a link, it may come to lead to a neighbour of what it
    /// leads to now, as `live/NAME/fullchain.pem` does.
    private static func placesToRead(_ path: String) -> [String] {
        let folder = place(above: path)
        guard let target = try? canonicalPath(path), let resolved = try? canonicalPath(folder) else { return [folder] }
        let targetFolder = place(above: target)
        return targetFolder == resolved ? [folder] : [folder, targetFolder, place(above: targetFolder)]
    }

    /// The folder above the storage folder is one: what is mounted there later, or takes its name, is opened by its path.
    private var placesToChange: [String] {
        [configuration.folder, configuration.receiptKey, configuration.editsUsers ? configuration.passwordFile : nil]
            .compactMap { $0 }
            .map { Self.place(above: (try? canonicalPath($0)) ?? $0) }
    }

    private static func place(above path: String) -> String {
        guard let (folder, _) = splitPath(path), folder != "/" else { return path }
        return folder
    }

    private var narrowPlaces: [String] {
        let path = (try? canonicalPath(configuration.folder)) ?? configuration.folder
        guard let (folder, _) = splitPath(path), folder == "/" else { return [] }
        return [
            "the storage folder \(escaped(path)) stands directly below /: should another disk be mounted there while this server "
                + "runs, it will have to be started anew (Landlock); one level deeper it wouldn't"
        ]
    }
}
