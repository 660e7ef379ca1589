import CommandLine
import Domain
import Platform

/// Tells of each file what would be done with it, and why not. Changes nothing, asks no server, and takes no lock: a client may be
/// at work meanwhile.
struct DryRun {
    let configuration: Configuration
    let context: PassContext

    func run() throws(ProgramError) -> ExitCode {
        let folder = try watchedFolder()
        let pass = Pass(context: context, folder: folder, state: try state(of: folder))
        let scan = Scanner(folder: folder, selection: configuration.selection).scan()
        if let marker = scan.storeMarkers.first {
            throw WorkplaceError.holdsServerStorage("\(escaped(folder.path)), at \(marker),").programError
        }
        // A copy in memory: nothing of it is kept.
        try? pass.state.take(scan.volumes)
        pass.memory.prepare(for: scan)
        var counts: [FileStanding.Kind: Int] = [:]
        pass.decide(scan.files) { file, action in
            let standing = standing(of: file, action, pass)
            counts[standing.kind, default: 0] += 1
            printOutput(standing.text(at: .now))
        }
        for path in scan.interruptedWipes { printOutput("finish     \(path): its wipe was interrupted") }
        for problem in scan.problems { printOutput("can't look \(problem.path): \(problem.error)") }
        printOutput(summary(counts, scan))
        return .success
    }

    private func watchedFolder() throws(ProgramError) -> WatchedFolder {
        do throws(SystemError) {
            let folder = try WatchedFolder(path: configuration.folder)
            guard try !StoreMarker.findAbove(folder) else {
                throw SystemError("use what a server stores at", escaped(folder.path), errno: .notPermitted)
            }
            return folder
        } catch {
            throw ProgramError("--folder: \(error)", exitCode: .noInput)
        }
    }

    /// What is known, copied: where nothing is known, all is new.
    private func state(of folder: WatchedFolder) throws(ProgramError) -> ClientState {
        do throws(StateError) {
            let place = try StateLocation.folder(
                option: configuration.stateFolder, server: configuration.server, user: configuration.user,
                watchedFolder: folder.path)
            return try ClientState.inMemory(insteadOf: place)
        } catch {
            throw ProgramError(error)
        }
    }

    private func standing(of file: FoundFile, _ action: Action, _ pass: Pass) -> FileStanding {
        let (kind, reason, seconds) = verdict(file, action, pass)
        return FileStanding(
            path: file.path, size: file.fingerprint.size, kind: kind, reason: reason,
            next: seconds.map { Instant.now.advanced(bySeconds: $0) })
    }

    private func verdict(_ file: FoundFile, _ action: Action, _ pass: Pass) -> (FileStanding.Kind, String, Double?) {
        switch action {
        case .upload(let due): (.send, afterwards(due), nil)
        case .recognise(let due):
            (.send, "the server is asked first: it resembles what it has. " + afterwards(due), nil)
        case .confirmAgain: wiping(file, pass)
        case .wait(let seconds, let delay): (pass.kind(of: file, delay), delay.reason, seconds)
        case .nothing(let idleness): (idleness.kind, reason(idleness, file, pass), nil)
        }
    }

    private func wiping(_ file: FoundFile, _ pass: Pass) -> (FileStanding.Kind, String, Double?) {
        if let objection = pass.grading.objection(to: file.path, in: pass.folder) { return (.kept, objection, nil) }
        return (.wipe, "once the server has confirmed it again", nil)
    }

    private func afterwards(_ due: DueFile) -> String {
        if !configuration.deletes { return "it stays here" }
        return due.isToStay ? "it stays here for now" : "it is wiped once the server has confirmed it"
    }

    private func reason(_ idleness: Idleness, _ file: FoundFile, _ pass: Pass) -> String {
        switch idleness {
        case .confirmed: ""
        case .keptCopy: "it stays for now, by --keep-local"
        case .hardLinked: "it has \(file.links) names: wiping one would empty the others"
        case .unproven:
            WipeProof.missing(
                for: file.path, in: pass.folder, size: file.fingerprint.size, configuration.wipesUnproven)
        case .unusablePath(let flaw): flaw.description
        }
    }

    private func summary(_ counts: [FileStanding.Kind: Int], _ scan: Scan) -> String {
        let texts = FileStanding.Kind.allCases.compactMap { kind in counts[kind].map { "\($0) \(kind.rawValue)" } }
        let left = scan.leftOut
        let leftOut = left.files + left.folders + left.links + left.special + left.ignored
        return "\(scan.files.count) files" + (texts.isEmpty ? "" : ": " + texts.joined(separator: ", "))
            + "; left out: \(leftOut)"
    }
}

extension Idleness {
    fileprivate var kind: FileStanding.Kind {
        switch self {
        case .confirmed, .keptCopy: .confirmed
        case .hardLinked: .kept
        case .unproven: .unproven
        case .unusablePath: .unusable
        }
    }
}

extension PassMemory {
    /// Takes in a scan as if the files had been seen for as long as they say that they haven't changed.
    fileprivate func prepare(for scan: Scan) {
        tracker.assume(scan)
        confirmed.keep(among: scan.files)
        holds.begin(scan.files)
        appenders.begin(scan.files)
    }
}
