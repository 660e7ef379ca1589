import Accounts
import CommandLine
import Platform

/// Keeps the password file: adds, changes, removes and lists users.
@main
struct AddUser {
    private static let program = Program.startedName(usual: "adduser")

    static func main() {
        Program.run(program) { () throws(ProgramError) in
            let parser = CommandLineParser(
                program: program,
                summary:
                    "Adds a user (-u NAME) who may upload to the server's password file. The server notices by itself.",
                options: AddUserOptions.table,
                operandHint: "the user's name stands behind -u: \(program) -u NAME -f FILE",
                exitCodes: AddUserOptions.exitCodes)
            let arguments = try parser.parse()
            ProcessLimits.forbidCoreDumps()
            try AddUser(arguments).run()
            return .success
        }
    }

    private let arguments: ParsedArguments
    /// As it was given, for messages.
    private let path: String
    private let editor: PasswordFileEditor

    private init(_ arguments: ParsedArguments) throws(ProgramError) {
        self.arguments = arguments
        path = try arguments.string(of: AddUserOptions.filename)
        do throws(PasswordFileError) {
            editor = try PasswordFileEditor(path: path)
        } catch {
            throw ProgramError(error)
        }
    }

    private func run() throws(ProgramError) {
        let tasks = [AddUserOptions.update, AddUserOptions.remove, AddUserOptions.list]
        let imports = arguments.isGiven(AddUserOptions.importDropzone) ? [AddUserOptions.importDropzone] : []
        let chosen = tasks.filter(arguments.flag) + imports
        guard chosen.count <= 1 else {
            throw .usage("\(chosen.map(\.written).joined(separator: " and ")) exclude each other")
        }
        switch chosen.first?.name {
        case AddUserOptions.list.name: try list()
        case AddUserOptions.remove.name: try remove()
        case AddUserOptions.update.name: try update()
        case AddUserOptions.importDropzone.name: try importUsers()
        default: try add()
        }
    }
}

// MARK: - Tasks

extension AddUser {
    private func add() throws(ProgramError) {
        let name = try username()
        if let line = try load(mustExist: false).line(claiming: name) {
            throw ProgramError(.refused(.taken(line: line)), name, path)
        }
        let settings = try SettingsChange(arguments)
        let hash = try newHash(for: name)
        try edit(name, mustExist: false) { file throws(PasswordChangeError) in
            try file.add(name, hash)
            try settings.apply(to: name, in: &file)
        }
        printOutput("user \(name) added to \(escaped(path))")
        settings.newCodes?.show(to: name)
    }

    private func update() throws(ProgramError) {
        let name = try username()
        guard try load(mustExist: true).line(claiming: name) != nil else {
            throw ProgramError(.refused(.noSuchUser), name, path)
        }
        let settings = try SettingsChange(arguments)
        if let what = settings.description, !arguments.isGiven(AddUserOptions.password) {
            try edit(name, mustExist: true) { file throws(PasswordChangeError) in
                try settings.apply(to: name, in: &file)
            }
            printOutput("\(what) of user \(name) changed in \(escaped(path))")
            settings.newCodes?.show(to: name)
            return
        }
        let hash = try newHash(for: name)
        try edit(name, mustExist: true) { file throws(PasswordChangeError) in
            try file.replace(name, hash)
            try settings.apply(to: name, in: &file)
        }
        printOutput("password of user \(name) changed in \(escaped(path))")
        settings.newCodes?.show(to: name)
    }

    private func remove() throws(ProgramError) {
        let name = try username()
        try refuse(AddUserOptions.forUsers, with: AddUserOptions.remove)
        try edit(name, mustExist: true) { file throws(PasswordChangeError) in try file.remove(name) }
        printOutput("user \(name) removed from \(escaped(path))")
    }

    private func importUsers() throws(ProgramError) {
        let option = AddUserOptions.importDropzone
        try refuse([AddUserOptions.username] + AddUserOptions.forUsers, with: option)
        var users = try DropzoneImport(path: arguments.string(of: option))
        do throws(PasswordFileError) {
            try editor.edit(mustExist: false) { file throws(PasswordChangeError) in users.apply(to: &file) }
        } catch {
            throw ProgramError(error)
        }
        for name in users.added { printOutput("user \(name) added to \(escaped(path))") }
        let complaints = users.complaints
        for complaint in complaints { printError("\(Self.program): \(complaint)") }
        if !complaints.isEmpty {
            throw ProgramError(
                "\(complaints.count) of the users weren't taken over: give them a password by \(Self.program) -u NAME",
                exitCode: .dataError)
        }
    }

    private func list() throws(ProgramError) {
        try refuse([AddUserOptions.username] + AddUserOptions.forUsers, with: AddUserOptions.list)
        let file = try load(mustExist: true)
        for name in file.names {
            printOutput(name.text + (file.roles[name].map { " role=\($0.rawValue)" } ?? ""))
        }
        for problem in file.problems { printError("\(Self.program): \(escaped(path)), \(problem)") }
        for weakness in file.weaknesses { printError("\(Self.program): \(escaped(path)), \(weakness)") }
    }

    private func refuse(_ options: [Option], with task: Option) throws(ProgramError) {
        for option in options where arguments.isGiven(option) {
            throw .usage("\(task.written) takes no \(option.written)")
        }
    }
}

// MARK: - Steps

extension AddUser {
    private func username() throws(ProgramError) -> UserName {
        let text = try arguments.string(of: AddUserOptions.username)
        do throws(UserNameError) {
            return try UserName(text)
        } catch {
            throw ProgramError("the name \"\(escaped(text, quoting: true))\" \(error)", exitCode: .dataError)
        }
    }

    private func newHash(for name: UserName) throws(ProgramError) -> PasswordHash {
        let password = try password(for: name)
        if !arguments.flag(AddUserOptions.force) { try PasswordStrength.check(password, of: name) }
        let parameters = try parameters()
        do throws(HashingError) {
            return try password.withBytes { bytes throws(HashingError) in
                try PasswordHash.make(of: bytes, parameters: parameters)
            }
        } catch {
            throw ProgramError("\(error)", exitCode: .operatingSystem)
        }
    }

    private func password(for name: UserName) throws(ProgramError) -> SecretBytes {
        guard let given = arguments.secret(of: AddUserOptions.password) else {
            return try PasswordPrompt.read(for: name)
        }
        printError(
            "\(Self.program): warning: a password on the command line stays in the shell's history, and others on this "
                + "machine may have seen it; leave --password out to be asked for it")
        return try PasswordPrompt.checked(given)
    }

    private func parameters() throws(ProgramError) -> Argon2Parameters {
        let memory = UInt32(clamping: try arguments.integer(of: AddUserOptions.memory))
        let iterations = UInt32(clamping: try arguments.integer(of: AddUserOptions.iterations))
        let parallelism = UInt32(clamping: try arguments.integer(of: AddUserOptions.parallelism))
        let made = Argon2Parameters(memory: memory, iterations: iterations, parallelism: parallelism)
        guard let made, made.areStrongEnough else {
            throw .usage(
                "--memory, --iterations and --parallelism make a hash that is too weak together; raise --memory or --iterations"
            )
        }
        return made
    }

    private func load(mustExist: Bool) throws(ProgramError) -> PasswordFile {
        do throws(PasswordFileError) {
            return try editor.load(mustExist: mustExist)
        } catch {
            throw ProgramError(error)
        }
    }

    private func edit(
        _ name: UserName, mustExist: Bool, _ change: (inout PasswordFile) throws(PasswordChangeError) -> Void
    ) throws(ProgramError) {
        do throws(PasswordFileError) {
            try editor.edit(mustExist: mustExist, change)
        } catch {
            throw ProgramError(error, name, path)
        }
    }
}

extension ProgramError {
    fileprivate init(_ error: PasswordFileError) {
        switch error {
        case .unreadable, .unwritable: self.init("--filename: \(error)", exitCode: error.exitCode)
        default: self.init(error.description, exitCode: error.exitCode)
        }
    }

    fileprivate init(_ error: PasswordFileError, _ name: UserName, _ path: String) {
        if case .refused = error {
            self.init("user \(name), \(escaped(path)): \(error)", exitCode: error.exitCode)
        } else {
            self.init(error)
        }
    }
}
