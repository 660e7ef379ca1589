import CommandLine
import Encodings
import Platform

/// The command that asks a running client what it does, and why files wait.
enum StatusCommand {
    static let name = "status"

    static let json = Option("json", section: "Asking", help: "Answer as one object of JSON, for programs.")

    static let command = Command(
        name, required: [Options.servername, Options.username, Options.folder], options: [json],
        help:
            "Ask the client that works on FOLDER what it does: what it sends, what waits and why, what the server refused, when it looks "
            + "again. Leaves with 75 when none works there.")

    static func run(_ arguments: ParsedArguments) throws(ProgramError) -> ExitCode {
        let place = try StateChoice.place(arguments)
        let wantsJSON = arguments.flag(json)
        do throws(SystemError) {
            printOutput(shown(try StatusDesk.ask(place.deskName, wantsJSON ? .json : .text), wantsJSON))
            return .success
        } catch {
            if error.errno == .accessDenied || error.errno == .notPermitted {
                throw ProgramError("\(error): ask as that user, or as root", exitCode: .noPermission)
            }
        }
        printOutput(wantsJSON ? idleJSON(place) : idleText(place))
        return .temporaryFailure
    }

    /// What comes from another program is shown line by line, and nothing in it steers the terminal.
    private static func shown(_ answer: StatusDesk.Answer, _ isJSON: Bool) -> String {
        let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false)
        if isJSON { return lines.map(String.init).joined(separator: " ") }
        return lines.map { line in String(line.filter { !$0.isASCII || $0 >= " " }) }.joined(separator: "\n")
    }

    private static func idleText(_ place: StatePlace) -> String {
        var text = "no client works on \(escaped(place.watched)) for \(place.user) at \(place.server)"
        if let known = known(place) {
            text += "\nwhat it knew: \(known.confirmed) files confirmed that are here, \(known.wipes) wipes under way"
        }
        return text
    }

    private static func idleJSON(_ place: StatePlace) -> String {
        var object = JSONText()
        object.add("running", false)
        object.add("folder", place.watched)
        object.add("server", place.server.description)
        object.add("user", place.user)
        if let known = known(place) {
            object.add("confirmed-here", known.confirmed)
            object.add("wipes-under-way", known.wipes)
        }
        return object.text
    }

    private static func known(_ place: StatePlace) -> (confirmed: Int64, wipes: Int64)? {
        guard let state = try? ClientState.openToRead(folder: place.folder) else { return nil }
        return try? state.counts()
    }
}
