import CommandLine
import Platform

/// A server, a user and a watched folder, and what follows from them.
struct StatePlace {
    let server: ServerName
    let user: String
    /// Its canonical path.
    let watched: String
    /// The state's.
    let folder: String
    /// Where the client that works on it is asked.
    let deskName: String
}

/// Which states a command is about.
enum StateChoice {
    /// The folder of the state of one server, user and watched folder; it need not be there.
    static func one(_ arguments: ParsedArguments) throws(ProgramError) -> String {
        try place(arguments).folder
    }

    /// The same, with what it is the state of.
    static func place(_ arguments: ParsedArguments) throws(ProgramError) -> StatePlace {
        let (server, user) = (try Configuration.server(arguments), try Configuration.user(arguments))
        let folder = try arguments.string(of: Options.folder)
        let watched: String
        do throws(SystemError) {
            watched = try canonicalPath(folder)
        } catch {
            throw ProgramError("--folder: \(error)", exitCode: .noInput)
        }
        do throws(StateError) {
            return StatePlace(
                server: server, user: user, watched: watched,
                folder: try StateLocation.folder(
                    option: arguments.optionalString(of: Options.state), server: server, user: user,
                    watchedFolder: watched),
                deskName: try StateLocation.deskName(server: server, user: user, watchedFolder: watched))
        } catch {
            throw ProgramError(error)
        }
    }

    /// The folder of the one state that -s, -u and -f name, or of every state of this person where none of them is given.
    ///
    /// - Throws: `ProgramError`: 64 when only some of them are given, 66 when there is no state at all.
    static func all(_ arguments: ParsedArguments) throws(ProgramError) -> [String] {
        let given = [Options.servername, Options.username, Options.folder].filter(arguments.isGiven)
        if given.count == 3 { return [try one(arguments)] }
        guard given.isEmpty else {
            throw .usage("give all of -s, -u and -f, for one state, or none of them, for every state")
        }
        let base: String
        do throws(StateError) {
            base = try StateLocation.base(option: arguments.optionalString(of: Options.state))
        } catch {
            throw ProgramError(error)
        }
        let states = try names(in: base).filter(OwnNames.isState).sorted()
        if states.isEmpty {
            throw ProgramError("--state \(escaped(base)): it holds no state of a client", exitCode: .noInput)
        }
        return states.map { StateLocation.joined(base, String(decoding: $0.bytes, as: UTF8.self)) }
    }

    private static func names(in base: String) throws(ProgramError) -> [FileName] {
        do throws(SystemError) {
            return try Directory.open(path: base).names()
        } catch {
            throw ProgramError("--state: no state can be looked for: \(error)", exitCode: .noInput)
        }
    }

    /// Opens a state to look at it.
    static func openToRead(_ folder: String) throws(ProgramError) -> ClientState {
        do throws(StateError) {
            return try ClientState.openToRead(folder: folder)
        } catch {
            if case .system = error {
                throw ProgramError(
                    "there is no state to read: \(error); are -s, -u, -f and --state those that the client has?",
                    exitCode: .noInput)
            }
            throw ProgramError(error)
        }
    }
}

extension ProgramError {
    init(_ error: StateError) {
        self.init(error.description, exitCode: error.exitCode)
    }
}
