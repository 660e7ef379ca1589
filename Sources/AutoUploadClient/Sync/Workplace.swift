import CommandLine
import Platform

/// The folder, held open and locked for a pass, and the state that belongs to it.
struct Workplace {
    let folder: WatchedFolder
    let state: ClientState
    private let statePlace: String

    /// State that stays open from one pass to the next.
    struct KeptState {
        fileprivate let state: ClientState
        fileprivate let place: String
    }

    /// Opens and locks the folder, and opens the state.
    ///
    /// - Parameter kept: the state of an earlier pass, which is gone on with if it is this folder's.
    /// - Throws: `WorkplaceError`, saying whether it may get better by itself.
    static func open(
        _ configuration: Configuration, keeping kept: KeptState? = nil
    ) throws(WorkplaceError) -> Workplace {
        let found = try Self.folder(configuration)
        try refuseStorage(around: found)
        try lock(found, configuration)
        let place = try statePlace(of: found, configuration)
        if let kept, kept.place == place {
            try follow(kept.state)
            return Workplace(folder: found, state: kept.state, statePlace: place)
        }
        return Workplace(folder: found, state: try state(in: place), statePlace: place)
    }

    /// What may stay open until the next pass; the folder may not, as a file system with anything open can't be unmounted.
    /// The state may unless it lies on that very file system, and that isn't the one that everything lies on: to open it
    /// anew takes reading all of it. State that is kept in memory, for want of room, is kept in any case.
    var keptState: KeptState? {
        guard state.isDurable else { return KeptState(state: state, place: statePlace) }
        guard let device = try? folder.root.status().identity.device,
            let stateDevice = try? Directory.open(path: statePlace).status().identity.device
        else { return nil }
        let isRemovable = device != (try? Directory.open(path: "/").status().identity.device)
        return device == stateDevice && isRemovable ? nil : KeptState(state: state, place: statePlace)
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

    private static func statePlace(
        of folder: WatchedFolder, _ configuration: Configuration
    ) throws(WorkplaceError) -> String {
        do throws(StateError) {
            return try StateLocation.folder(
                option: configuration.stateFolder, server: configuration.server, user: configuration.user,
                watchedFolder: folder.path)
        } catch {
            throw .state(error)
        }
    }

    private static func state(in place: String) throws(WorkplaceError) -> ClientState {
        do throws(StateError) {
            return try ClientState.open(folder: place, orInMemory: true)
        } catch {
            throw .state(error)
        }
    }

    private static func follow(_ state: ClientState) throws(WorkplaceError) {
        do throws(StateError) {
            try state.followPlace()
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
