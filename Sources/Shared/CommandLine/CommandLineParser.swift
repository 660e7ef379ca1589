package import Platform

/// Reads a command line, and the configuration file that it names, by a table of options.
///
/// Long and short options are written as getopt_long(3) has them; besides, `-d=y` means `-d y`. An option that is given
/// twice counts as given last, unless it may be given several times; the command line beats the configuration.
package struct CommandLineParser: Sendable {
    package let program: String
    package let summary: String
    package let options: [Option]
    /// What it does instead of its usual work, if anything.
    package let commands: [Command]
    /// What to do about an argument that belongs to no option, where people are likely to give one.
    let operandHint: String?
    /// With what it leaves, for `--help`.
    let exitCodes: [(code: ExitCode, meaning: String)]

    static let help = Option(
        "help", letter: "h", isForCommandLineOnly: true, section: "Other", help: "Show this help and exit.")
    static let version = Option(
        "version", isForCommandLineOnly: true, section: "Other", help: "Show the version and exit.")

    static let template = Option(
        "print-config", isForCommandLineOnly: true, section: "Other",
        help: "Show a file for --config with every option, each explained in a comment, and exit.")
    static let completion = Option(
        "completion", value: .text(Shell.allCases.map(\.rawValue).joined(separator: "|")), isForCommandLineOnly: true,
        section: "Other", help: "Show a script that has a shell complete options and commands, and exit.")

    /// - Parameters:
    ///   - program: the name under which it is started.
    ///   - summary: what it is for, in a sentence.
    ///   - options: the program's own; `--help` and `--version` are added. `--config` works if `Option.config` is among them.
    ///   - commands: each with its own options, which are not among the program's.
    ///   - operandHint: for whoever gives an argument that belongs to no option.
    ///   - exitCodes: with what it leaves, and when, in the order of the codes.
    package init(
        program: String, summary: String, options: [Option], commands: [Command] = [], operandHint: String? = nil,
        exitCodes: KeyValuePairs<ExitCode, String> = [:]
    ) {
        self.program = program
        self.summary = summary
        // Several commands may take the same.
        var names: Set<String> = []
        let ofCommands = commands.flatMap(\.options).filter { names.insert($0.name).inserted }
        let template = options.contains { $0.name == Option.config.name } ? [Self.template] : []
        self.options = options + ofCommands + template + [Self.completion, Self.help, Self.version]
        self.commands = commands
        self.operandHint = operandHint
        self.exitCodes = exitCodes.map { ($0.key, $0.value) }
    }

    /// Reads this process's command line; call it first thing, for it takes secrets out of the sight of `ps`. Ends the
    /// process after `--help` and `--version`.
    ///
    /// - Throws: `ProgramError` (64) for a command line that is wrong, (78) for a configuration that is.
    package func parse() throws(ProgramError) -> ParsedArguments {
        switch try parse(.ofThisProcess()) {
        case .run(let arguments): return arguments
        case .show(let text):
            printOutput(text)
            ExitCode.success.exit()
        }
    }

    /// What a command line asks for.
    package enum Outcome: Sendable {
        case run(ParsedArguments)
        /// Show this text and leave.
        case show(String)
    }

    package func parse(_ vector: ArgumentVector) throws(ProgramError) -> Outcome {
        var arguments = try read(vector)
        if arguments.flag(Self.help) { return .show(helpText) }
        if let text = try page(arguments) { return .show(text) }
        if let path = arguments.optionalString(of: .config) {
            arguments.fill(from: try ConfigurationFile(options: usualOptions).read(path: path))
        }
        try checkRequired(arguments)
        return .run(arguments)
    }

    /// What is shown instead of any work.
    private func page(_ arguments: ParsedArguments) throws(ProgramError) -> String? {
        if arguments.flag(Self.version) { return "\(program) \(Version.current)" }
        if arguments.flag(Self.template) { return configurationTemplate }
        guard let name = arguments.optionalString(of: Self.completion) else { return nil }
        guard let shell = Shell(rawValue: name) else {
            throw .usage("\(Self.completion.written) takes \(Self.completion.value.name ?? "")")
        }
        return completion(for: shell)
    }

    /// The same command line, with what its configuration file says now.
    ///
    /// - Throws: `ProgramError` as `parse` does.
    package func reread(_ arguments: ParsedArguments) throws(ProgramError) -> ParsedArguments {
        var arguments = arguments.ofCommandLine
        if let path = arguments.optionalString(of: .config) {
            arguments.fill(from: try ConfigurationFile(options: usualOptions).read(path: path))
        }
        try checkRequired(arguments)
        return arguments
    }

    private func checkRequired(_ arguments: ParsedArguments) throws(ProgramError) {
        let required = arguments.command?.required ?? options.filter(\.isRequired)
        for option in required where !arguments.isGiven(option) { throw .missing(option) }
    }

    /// Without those of commands.
    var usualOptions: [Option] {
        let names = commands.flatMap(\.options).map(\.name)
        return options.filter { !names.contains($0.name) }
    }
}

extension Option {
    /// Names the configuration file; a program that has it in its table takes its options from there, too.
    package static let config = Option(
        "config", value: .text("FILE"), isForCommandLineOnly: true, section: "Other",
        help: "Read options from FILE, a line each: long name = value. The command line counts more.")
}

// MARK: - Items

extension CommandLineParser {
    /// Goes through all items even when one is wrong: a secret may come after it.
    private func read(_ vector: ArgumentVector) throws(ProgramError) -> ParsedArguments {
        var arguments = ParsedArguments()
        var firstError: ProgramError?
        for item in scan(vector, for: options.map(GetOptOption.init)) {
            do throws(ProgramError) {
                try read(item, into: &arguments)
            } catch {
                firstError = firstError ?? error
            }
        }
        // Help is for the one whose command line isn't right yet.
        if arguments.flag(Self.help) { return arguments }
        if let firstError { throw firstError }
        try checkCommand(of: arguments)
        return arguments
    }

    private func checkCommand(of arguments: ParsedArguments) throws(ProgramError) {
        if !arguments.words.isEmpty {
            let begun = arguments.words.joined(separator: " ")
            throw .usage("\(begun) needs one of: " + lastWords(after: begun).joined(separator: ", "))
        }
        if let command = arguments.command, arguments.operands.count < command.operands.count {
            throw .usage("\(command.name) needs \(command.operands[arguments.operands.count])")
        }
        for command in commands where command.name != arguments.command?.name {
            let own = arguments.command?.options.map(\.name) ?? []
            for option in command.options where arguments.isGiven(option) && !own.contains(option.name) {
                throw .usage("\(option.written) belongs to the command \(command.name)")
            }
        }
    }

    private func read(_ item: GetOptItem, into arguments: inout ParsedArguments) throws(ProgramError) {
        switch item {
        case .option(let index, let value, let isAttachedToLetter):
            try read(options[index], value, isAttachedToLetter, into: &arguments)
        case .operand(let argument): try readOperand(argument, into: &arguments)
        case .missingValue(let index):
            throw .usage("\(options[index].written) needs \(options[index].value.name ?? "a value")")
        case .unexpectedValue(let index): throw .usage("\(options[index].written) takes no value")
        case .unknown(let name): throw .usage(complaint(aboutUnknown: String(decoding: name, as: UTF8.self)))
        }
    }

    /// - Parameter name: with its hyphens.
    private func complaint(aboutUnknown name: String) -> String {
        let complaint = "there is no option \(escaped(name))"
        guard name.hasPrefix("--") else { return complaint + "; long names have two hyphens" }
        let bare = String(name.dropFirst(2))
        let meant = options.filter { $0.names.contains { !bare.isEmpty && $0.hasPrefix(bare) } }
        if meant.count > 1 {
            return "\(escaped(name)) may stand for \(meant.map(\.written).joined(separator: " or "))"
        }
        let near = nearest(to: bare, among: options.flatMap(\.names))
        return complaint + (near.map { "; did you mean --\($0)?" } ?? "")
    }

    private func read(
        _ option: Option, _ given: Argument?, _ isAttachedToLetter: Bool, into arguments: inout ParsedArguments
    ) throws(ProgramError) {
        guard let given else { return arguments.set(option, "y") }
        let hasSign = isAttachedToLetter && given.first == UInt8(ascii: "=")
        let value = hasSign ? given.droppingFirst() : given
        if option.value.isSecret {
            let secret = value.takeSecret()
            if secret.isEmpty { throw .usage("\(option.written) must not be empty") }
            return arguments.set(option, secret: secret)
        }
        guard let text = String(validating: value.bytes, as: UTF8.self) else {
            throw .usage("\(option.written): the value isn't valid UTF-8")
        }
        if let complaint = option.value.complaint(about: text) { throw .usage("\(option.written) \(complaint)") }
        arguments.set(option, text)
    }

    /// Its text isn't shown: it may be the rest of a password with a space in it.
    private func tooMany(_ text: String?) -> ProgramError {
        let near = text.flatMap { nearest(to: $0, among: commands.map(\.name)) }
        let hint =
            near.map { "did you mean the command \($0)?" } ?? operandHint
            ?? "does a value need quotes, or a long name two hyphens?"
        return .usage("there is an argument too many that belongs to no option (\(hint))")
    }

    /// Of the commands of two words that begin with this one.
    private func lastWords(after word: String) -> [String] {
        commands.map(\.name).filter { $0.hasPrefix(word + " ") }.map { String($0.dropFirst(word.count + 1)) }
    }

    private func readOperand(_ argument: Argument, into arguments: inout ParsedArguments) throws(ProgramError) {
        let text = String(validating: argument.bytes, as: UTF8.self)
        guard let command = arguments.command else {
            let name = (arguments.words + [text ?? ""]).joined(separator: " ")
            arguments.command = commands.first { $0.name == name }
            let isBegun = arguments.command == nil && !lastWords(after: name).isEmpty
            arguments.words = isBegun ? arguments.words + [name] : []
            if arguments.command == nil, !isBegun { throw tooMany(name) }
            return
        }
        let index = min(arguments.operands.count, command.operands.count - (command.repeatsOperand ? 1 : 0))
        guard command.operands.indices.contains(index) else { throw tooMany(nil) }
        guard let text else {
            throw .usage("\(command.operands[index]) isn't valid UTF-8")
        }
        arguments.operands.append(text)
    }
}

extension GetOptOption {
    fileprivate init(_ option: Option) {
        self.init(longNames: option.names, shortName: option.letter, takesValue: option.value.name != nil)
    }
}
