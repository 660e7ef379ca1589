import Catalogue
import CommandLine
import Platform

/// Asks the server that runs on a storage folder how it is.
enum StatusCommand {
    static let all = [
        ConsoleCommand(
            "status", options: [ConsoleCommand.json],
            help:
                "Tell how the server that runs on the folder is: who is connected, what is being received, when each user has last sent "
                + "something, storage, certificate, password file. Leaves with 75 when none runs.", run)
    ]

    /// Bytes of an answer, at most.
    private static let longest = 16 << 20

    private static let run: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode = {
        arguments throws(ProgramError) in
        let place = try CataloguePlace(arguments)
        let answer: [UInt8]
        do throws(SystemError) {
            answer = try ask(place, arguments.flag(ConsoleCommand.json) ? .statusAsJSON : .status)
        } catch {
            guard error.errno == .connectionRefused else { throw ProgramError(error, exitCode: .noPermission) }
            printOutput(
                arguments.flag(ConsoleCommand.json)
                    ? #"{"running":false}"# : "no server runs on \(escaped(place.folder))")
            return .temporaryFailure
        }
        guard !answer.isEmpty else {
            throw ProgramError(
                "the server that runs there tells this user nothing: ask as its user or root", exitCode: .noPermission)
        }
        printOutput(String(decoding: answer, as: UTF8.self))
        return .success
    }

    private static func ask(
        _ place: CataloguePlace, _ question: ConsoleMessages.Question
    ) throws(SystemError) -> [UInt8] {
        let name = try ConsoleMessages.name(of: place.folder)
        let connection = try LocalConnection(to: name)
        // Anybody on this machine may have taken the name.
        let owner = try place.owner()
        guard let peer = connection.peer, peer.user == 0 || peer.user == owner else {
            throw SystemError("find the server at its socket", name, errno: .notPermitted)
        }
        connection.limitWaits(seconds: ConsoleMessages.patience)
        try ConsoleMessages.write(question, to: connection)
        return try connection.readToEnd(limit: longest)
    }
}
