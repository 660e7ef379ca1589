import Accounts
import Catalogue
import Connections
import Domain
import Events
import Monitoring
import Platform
import Storage

/// Takes files that are added, deleted or taken out of the trash at this machine's console while the server runs, and tells how it is:
/// its own user and root alone. Two programs never write to one storage.
struct ConsoleDesk: Sendable {
    private let storehouse: Storehouse
    private let folder: String
    /// Those who are served now.
    private let guests = Monitor(0)

    /// That are served at a time.
    private static let most = 16

    init(_ storehouse: Storehouse, folder: String) {
        (self.storehouse, self.folder) = (storehouse, folder)
    }

    /// Begins to listen, for as long as the process lives. Where that can't be, commands say so.
    func start() {
        do throws(SystemError) {
            let listener = try LocalListener(name: ConsoleMessages.name(of: folder))
            try Thread.detach { listen(listener) }
        } catch {
            storehouse.services.report(.warning("commands such as `files add` can't reach this server: \(error)"))
        }
    }

    private func listen(_ listener: borrowing LocalListener) {
        while true {
            do throws(SystemError) {
                try receive(listener.accept())
            } catch {
                // It is for who asked to see.
                Thread.sleep(seconds: 0.01)
            }
        }
    }

    /// By a thread of its own: a file may take hours.
    private func receive(_ connection: consuming LocalConnection) throws(SystemError) {
        guard let peer = connection.peer, peer.user == 0 || peer.user == ProcessLimits.userID else { return }
        guests.wait { $0 < Self.most ? () : nil }
        guests.change { $0 += 1 }
        let handOver = HandOver(connection)
        do throws(SystemError) {
            try Thread.detach(stackSize: 1 << 20) {
                if let connection = handOver.take() { try? serve(connection) }
                guests.change { $0 -= 1 }
            }
        } catch {
            guests.change { $0 -= 1 }
            throw error
        }
    }

    private func serve(_ connection: consuming LocalConnection) throws(SystemError) {
        connection.limitWaits(seconds: ConsoleMessages.patience)
        switch try ConsoleMessages.readRequest(from: connection) {
        case .add(let file): try add(file, from: connection)
        case .tell(let question):
            let report = StatusReport(storehouse.services, path: storehouse.path)
            try connection.write(Array((question == .status ? report.text : report.json).utf8))
        case .change(let change):
            let services = storehouse.services
            let (answer, events) = change.perform(on: services.vault)
            services.reportMany(events)
            try ConsoleMessages.write(answer, to: connection)
        case nil: return
        }
    }

    private func add(_ file: OfferedFile, from connection: borrowing LocalConnection) throws(SystemError) {
        do throws(ConsoleRefusal) {
            guard let name = String(validating: file.user.bytes, as: UTF8.self), (try? UserName(name)) != nil else {
                throw ConsoleRefusal(text: "no user can have the name \(file.user)")
            }
            let services = storehouse.services
            let stored = try services.vault.add(file) { buffer throws(SystemError) in try connection.read(into: &buffer)
            }
            services.catalogue.note(.added(stored, to: file.user))
            services.counts.noteStored(stored, of: file.user, by: .console)
            let answer = ConsoleMessages.Answer(
                digest: stored.digest, wasThere: stored.wasThere, text: stored.path.bytes)
            try? ConsoleMessages.write(answer, to: connection)
        } catch {
            let answer = ConsoleMessages.Answer(digest: nil, wasThere: false, text: Array(error.text.utf8))
            try? ConsoleMessages.write(answer, to: connection)
        }
    }
}

extension [CatalogueNote] {
    /// What was added at the console.
    static func added(_ stored: Stored, to user: FileName) -> [CatalogueNote] {
        let file = CatalogueNote.StoredFile(
            user: user, path: stored.path, size: stored.size, digest: stored.digest, time: currentUnixTime())
        if stored.wasThere { return [.stored(file)] }
        let entry = LogEntry(
            user: LogEntry.terminal, address: "", .upload, info: "\(user)/\(escaped(stored.path.bytes))")
        return [.stored(file), .logged(entry)]
    }
}
