import CommandLine
import Platform

/// The folder, held open and locked, and the state that belongs to it.
struct Workplace {
    let folder: WatchedFolder
    let state: ClientState

    /// Opens the folder and the state, or goes on with those of the pass before, whose lock lasts, if the path still leads
    /// to the same folder.
    ///
    /// - Throws: `WorkplaceError`, saying whether it may get better by itself.
    static func open(
        _ configuration: Configuration, earlier: Workplace? = nil
    ) throws(WorkplaceError) -> Workplace {
        let found = try Self.folder(configuration)
        try refuseStorage(around: found)
        if let earlier, try areSame(earlier.folder, found) { return earlier }
        try lock(found, configuration)
        return Workplace(folder: found, state: try state(of: found, configuration))
    }

    private static func areSame(_ held: WatchedFolder, _ found: WatchedFolder) throws(WorkplaceError) -> Bool {
        guard held.path == found.path else { return false }
        return try attempt { () throws(SystemError) in
            try held.root.status().identity == found.root.status().identity
        }
    }

    private static func folder(_ configuration: Configuration) throws(WorkplaceError) -> WatchedFolder {
        try attempt { () throws(SystemError) in try WatchedFolder(path: configuration.folder) }
    }

    private static func lock(_ folder: WatchedFolder, _ configuration: Configuration) throws(WorkplaceError) {
        let isOurs = try attempt { () throws(SystemError) in try folder.lock(exclusive: configuration.deletes) }
        if isOurs { return }
        throw .passing("another client works on \(escaped(folder.path)), and one of them deletes")
    }

    private static func refuseStorage(around folder: WatchedFolder) throws(WorkplaceError) {
        if try attempt({ () throws(SystemError) in try StoreMarker.findAbove(folder) }) {
            throw .holdsServerStorage("\(escaped(folder.path)), or a folder above it")
        }
    }

    private static func state(
        of folder: WatchedFolder, _ configuration: Configuration
    ) throws(WorkplaceError) -> ClientState {
        do throws(StateError) {
            let place = try StateLocation.folder(
                option: configuration.stateFolder, server: configuration.server, user: configuration.user,
                watchedFolder: folder.path)
            return try ClientState.open(folder: place, orInMemory: true)
        } catch {
            throw .state(error)
        }
    }

    private static func attempt<R>(_ body: () throws(SystemError) -> R) throws(WorkplaceError) -> R {
        do throws(SystemError) {
            return try body()
        } catch {
            throw .system(error)
        }
    }
}

/// Why there is nothing to work on.
enum WorkplaceError: Error {
    /// What is watched is what a server stores, or holds it, or lies in it: its confirmation would vouch for the very file
    /// that is to be wiped.
    case holdsServerStorage(String)
    /// The folder isn't there, or can't be used: not now, perhaps.
    case system(SystemError)
    case state(StateError)
    /// It is only for now.
    case passing(String)
}

extension WorkplaceError {
    /// As an end of the program: at its start, and in a single pass.
    var programError: ProgramError {
        switch self {
        case .holdsServerStorage: ProgramError(description, exitCode: .configuration)
        case .system: ProgramError(description, exitCode: .temporaryFailure)
        case .state(let error): ProgramError(description, exitCode: error.exitCode)
        case .passing: ProgramError(description, exitCode: .temporaryFailure)
        }
    }
}

extension WorkplaceError: CustomStringConvertible {
    var description: String {
        switch self {
        case .holdsServerStorage(let place):
            "\(place) holds the storage of an auto-upload server (.auto-upload-store): nothing there may be uploaded"
        case .system(let error): "--folder: \(error)"
        case .state(let error): error.description
        case .passing(let reason): reason
        }
    }
}
