import CommandLine
import Platform

/// What has to be right on this machine.
struct LocalChecks {
    let configuration: Configuration
    let list: Checklist
    /// Is given what the state knows of it.
    let time: KnownTime

    func run() {
        if let folder = folder() {
            storage(folder)
            neighbour(folder)
            rights(folder)
            leases(folder)
            erasure(folder)
            state(folder)
        } else {
            for point in ["storage", "client", "rights", "leases", "wiping", "state"] { list.untried(point) }
        }
        clock()
    }

    private func folder() -> WatchedFolder? {
        do throws(SystemError) {
            let folder = try WatchedFolder(path: configuration.folder)
            let scan = Scanner(folder: folder, selection: configuration.selection).scan()
            let kind = (try? folder.root.descriptor.fileSystemKind())?.name ?? "unknown"
            let found = "\(escaped(folder.path)), \(scan.files.count) files, file system \(kind)"
            guard let problem = scan.problems.first else {
                list.passed("folder", found)
                return folder
            }
            list.failed(
                "folder",
                "\(found); \(scan.problems.count) places can't be looked at: \(problem.path): \(problem.error)",
                "let this user read them", .temporaryFailure)
            return folder
        } catch {
            list.failed(
                "folder", "\(error)", "look at --folder; a card that is put in later is found then", .temporaryFailure)
            return nil
        }
    }

    private func storage(_ folder: WatchedFolder) {
        let marker = Scanner(folder: folder).scan().storeMarkers.first
        guard marker == nil, (try? StoreMarker.findAbove(folder)) == false else {
            return list.failed(
                "storage", "the folder holds, or lies in, what an auto-upload server stores (\(StoreMarker.name))",
                "name another folder: its confirmation would vouch for the very files that are to be wiped",
                .configuration)
        }
        list.passed("storage", "no server stores here")
    }

    private func neighbour(_ folder: WatchedFolder) {
        let name = try? StateLocation.deskName(
            server: configuration.server, user: configuration.user, watchedFolder: folder.path)
        if let name, let answer = try? StatusDesk.ask(name, .json) {
            return list.passed("client", "process \(answer.process) works on the folder")
        }
        do throws(SystemError) {
            guard try folder.lock(exclusive: configuration.deletes) else {
                return list.warning(
                    "client", "another client works on the folder, and one of them deletes",
                    "stop it, or give it these options")
            }
            list.passed("client", "none works on the folder now")
        } catch {
            list.warning("client", "\(error)")
        }
    }

    private func rights(_ folder: WatchedFolder) {
        guard configuration.deletes else { return list.passed("rights", "files stay: to read them is enough") }
        do throws(SystemError) {
            try folder.root.checkMayChangeNames()
            list.passed("rights", "files can be wiped")
        } catch {
            list.failed(
                "rights", "\(error)", "let this user write to the folder and its files, or run with -d n",
                .temporaryFailure)
        }
    }

    private func leases(_ folder: WatchedFolder) {
        guard let obstacle = WipeProof.obstacle(in: folder) else {
            return list.passed("leases", "who has a file open can be told")
        }
        if !configuration.deletes {
            return list.passed("leases", "not needed: files stay")
        }
        if configuration.wipesUnproven {
            return list.warning("leases", obstacle, "--wipe-unknown is given: files are wiped all the same")
        }
        list.failed("leases", obstacle, "", .temporaryFailure)
    }

    private func erasure(_ folder: WatchedFolder) {
        guard configuration.deletes else { return list.passed("wiping", "not done: files stay") }
        let ground = ErasureGround(under: folder.root.descriptor)
        if let required = configuration.requiredGrade, ground.grade < required {
            return list.failed(
                "wiping", "\(ground); --require-grade wants \(required.rawValue)",
                "record on another medium (docs/ERASURE.md), or ask for less: until then files are sent, and stay",
                .temporaryFailure)
        }
        if ground.grade > .flash { return list.passed("wiping", "\(ground)") }
        list.warning("wiping", "\(ground)", "docs/ERASURE.md says what that means, and what helps")
    }

    private func clock() {
        let now = "\(utcText(currentUnixTime()))"
        if time.isClockLate {
            return list.warning(
                "clock", "\(now), but it is \(utcText(time.latest)) at least: certificates are judged as of then",
                "let a time service run; if that time is wrong, start once with --forget-time")
        }
        let known = ", and no earlier than \(utcText(time.latest)) for certificates"
        guard ClockState.isSet == false else { return list.passed("clock", now + known) }
        list.warning(
            "clock", "\(now)\(known), and nothing is known to have set it",
            "let a time service run: certificates are judged by it")
    }
}

// MARK: - State

extension LocalChecks {
    private func state(_ folder: WatchedFolder) {
        do throws(StateError) {
            let place = try StateLocation.folder(
                option: configuration.stateFolder, server: configuration.server, user: configuration.user,
                watchedFolder: folder.path)
            check(place)
        } catch {
            list.failed("state", "\(error)", "", error.exitCode)
        }
    }

    private func check(_ place: String) {
        do throws(SystemError) {
            let (directory, isThere) = try Self.nearest(place)
            try directory.checkMayChangeNames()
            let kind = try directory.descriptor.fileSystemKind()
            let text = "\(escaped(place)), file system \(kind.name)" + (isThere ? known(place) : ", not made yet")
            guard let loss = Self.loss(on: kind) else { return list.passed("state", text) }
            list.warning(
                "state", text + ": \(loss)", "name a place on a disk by --state, such as a small partition of its own")
        } catch {
            list.failed(
                "state", "\(escaped(place)): \(error)",
                "make it writable, or name another place by --state: until then what is done is remembered no longer than the program runs",
                .cantCreate)
        }
    }

    private func known(_ place: String) -> String {
        guard let state = try? ClientState.openToRead(folder: place), let counts = try? state.counts() else {
            return ", new"
        }
        if !configuration.forgetsTime, let latest = try? state.latestTime() { time.take(latest) }
        return ", \(counts.confirmed) files known to be confirmed, \(counts.wipes) wipes under way"
    }

    /// What is lost at power-off.
    private static func loss(on kind: FileSystemKind) -> String? {
        let consequence = "files are asked about again then, and a wipe under way is never ended"
        if kind.isMemory { return "it is in memory, and lost at power-off: \(consequence)" }
        if kind == .overlay {
            return
                "where the upper layer of this overlay is in memory (overlayroot), it is lost at power-off: \(consequence)"
        }
        return nil
    }

    /// The folder itself, or the lowest one above it that is there.
    private static func nearest(_ path: String) throws(SystemError) -> (Directory, isThere: Bool) {
        var names = path.split(separator: "/")
        var isThere = true
        while true {
            do throws(SystemError) {
                let prefix = path.hasPrefix("/") ? "/" : "./"
                return (try Directory.open(path: prefix + names.joined(separator: "/")), isThere)
            } catch {
                guard error.errno == .noEntry, names.popLast() != nil else { throw error }
                isThere = false
            }
        }
    }
}
