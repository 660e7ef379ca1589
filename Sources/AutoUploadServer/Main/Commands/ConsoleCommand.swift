import Accounts
import Catalogue
import CommandLine
import Platform

/// A command for consoles and scripts: it does its work on a storage folder, with or without a server there, and leaves.
struct ConsoleCommand: Sendable {
    let command: Command
    let run: @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode

    static let all =
        StatusCommand.all + CatalogueCommands.all + FileCommands.all + TrashCommands.all + RetentionCommand.all
        + LogCommands.all
        + LinkCommands.all
        + FileserverImport.all + SessionFilesImport.all

    init(
        _ name: String, operands: [String] = [], repeatsOperand: Bool = false, options: [Option] = [], help: String,
        _ run: @escaping @Sendable (ParsedArguments) throws(ProgramError) -> ExitCode
    ) {
        command = Command(
            name, operands: operands, repeatsOperand: repeatsOperand, required: [ServerOptions.folder],
            options: options, help: help)
        self.run = run
    }

    static func named(_ name: String?) -> ConsoleCommand? { all.first { $0.command.name == name } }

    // MARK: Options that several take

    static let json = Option(
        "json", section: "Commands",
        help: "Answer in JSON, an object in each line, rather than in columns with tabs between.")
    static let owner = Option(
        "of", value: .text("USER"), section: "Commands", help: "Whose file or folder it is.")

    static func owner(_ arguments: ParsedArguments) throws(ProgramError) -> UserName {
        let text = try arguments.string(of: owner)
        guard let user = try? UserName(text) else { throw .usage("--of: no user can have the name \(escaped(text))") }
        return user
    }

    static let user = Option("user", value: .text("USER"), section: "Commands", help: "Of this user only.")
}

extension CataloguePlace {
    /// Of the storage folder that a command names.
    init(_ arguments: ParsedArguments) throws(ProgramError) {
        let folder = try arguments.string(of: ServerOptions.folder)
        do throws(SystemError) {
            self = try CataloguePlace(folder: folder)
        } catch {
            throw ProgramError(
                "--folder: \(escaped(folder)) is no storage folder that a server has used: \(error.errno)",
                exitCode: .noInput)
        }
    }
}

extension CatalogueConsole {
    /// Does something with the catalogue of the storage folder that a command names.
    static func with<R>(
        _ arguments: ParsedArguments, _ body: (inout CatalogueConsole) throws(CatalogueError) -> R
    ) throws(ProgramError) -> R {
        let place = try CataloguePlace(arguments)
        do throws(CatalogueError) {
            var console = try CatalogueConsole.open(at: place)
            return try body(&console)
        } catch {
            throw ProgramError(error)
        }
    }
}

extension ProgramError {
    init(_ error: CatalogueError) {
        let code: ExitCode =
            switch error {
            case .busy, .beingMade: .temporaryFailure
            case .unavailable: .noInput
            case .tooNew: .configuration
            case .failed: .inputOutput
            }
        self.init(error.description, exitCode: code)
    }
}
