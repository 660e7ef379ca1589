import CommandLine
import Domain
import Platform
import Wire

/// What a person wants the client to do, checked.
struct Configuration {
    let server: ServerName
    let user: String
    let password: Password
    let codes: OneTimeCodeSource
    let folder: String
    /// Those that may be used, the preferred one first; none: any.
    let interfaces: [String]
    /// Where the server is, if it isn't to be looked up.
    let serverAddresses: [SocketAddress]?
    let rateLimit: RateSchedule
    let deletes: Bool
    let encryption: EncryptionPolicy?
    let wipesUnproven: Bool
    let keptCopies: KeptCopies?
    let removesEmptyFolders: Bool
    /// Goes on while files are sent.
    let sendingCommand: String?
    /// Where the keys of encrypted folders are.
    let keyFolder: String?
    /// What a wipe has to be worth; nil: nothing.
    let requiredGrade: ErasureGrade?
    let trust: ServerTrust
    let prefix: RemotePath?
    let askingAgain: AskingAgain?
    /// Whether what was seen of the time is forgotten at the start.
    let forgetsTime: Bool
    let intervalSeconds: Double
    let once: Bool
    /// Seconds since the machine's start.
    let beginsAfterBoot: Double?
    /// Is run when everything is sent.
    let idleCommand: String?
    let isDryRun: Bool
    let settle: SettleRules
    let holds: HoldTable
    /// What is to be sent, and what isn't.
    let selection: FileSelection
    let order: SendingOrder
    /// What `--state` named.
    let stateFolder: String?

    /// - Parameters:
    ///   - environment: looks a variable up.
    ///   - earlier: the password of the start, where the configuration is read anew.
    /// - Throws: `ProgramError` with 64 for a value that can't be understood, 78 for one that can't be used.
    init(
        _ arguments: ParsedArguments, environment: (String) -> String? = environmentVariable, earlier: Password? = nil
    ) throws(ProgramError) {
        server = try Self.server(arguments)
        user = try Self.user(arguments)
        encryption = try Self.encryption(arguments)
        password = try PasswordSource.find(
            in: arguments, environment: environment(PasswordSource.variable), earlier: earlier)
        codes = try OneTimeCodeSource.find(in: arguments)
        folder = try arguments.string(of: Options.folder)
        interfaces = try Self.interfaces(arguments)
        serverAddresses = try Self.serverAddresses(arguments, port: server.port)
        rateLimit = try Self.rateLimit(arguments)
        deletes = try arguments.yesNo(of: Options.deletes)
        wipesUnproven = arguments.flag(Options.wipesUnproven)
        keptCopies = try Self.keptCopies(arguments)
        removesEmptyFolders = arguments.flag(Options.removeEmptyFolders)
        sendingCommand = arguments.optionalString(of: Options.whileSending)
        keyFolder = arguments.optionalString(of: Options.recordingKey)
        requiredGrade = try Self.requiredGrade(arguments)
        trust = try ServerTrust(arguments)
        prefix = try Self.prefix(arguments)
        askingAgain = arguments.optionalInteger(of: Options.askAgain).map { AskingAgain(days: $0) }
        forgetsTime = arguments.flag(Options.forgetTime)
        intervalSeconds = try arguments.seconds(of: Options.interval)
        once = arguments.flag(Options.once)
        beginsAfterBoot = arguments.optionalSeconds(of: Options.afterBoot)
        idleCommand = try Self.idleCommand(arguments)
        isDryRun = arguments.flag(Options.dryRun)
        settle = SettleRules(
            settleSeconds: arguments.optionalSeconds(of: Options.settle) ?? Self.settleSeconds(deletes: deletes),
            settleUnknownSeconds: try arguments.seconds(of: Options.settleUnknown))
        holds = HoldTable(
            own: try Self.holds(arguments), smallest: arguments.optionalSize(of: Options.smallest) ?? 0,
            waitsForNext: arguments.flag(Options.waitForNext))
        selection = FileSelection(
            included: try Self.patterns(arguments, Options.include),
            ignored: try Self.patterns(arguments, Options.ignore))
        order = try Self.order(arguments)
        stateFolder = arguments.optionalString(of: Options.state)
        try requireDeleting()
    }

    private static func encryption(_ arguments: ParsedArguments) throws(ProgramError) -> EncryptionPolicy? {
        if try arguments.yesNo(of: Options.encrypt) {
            return EncryptionPolicy(recipients: try EncryptionOptions.someRecipients(arguments))
        }
        for option in [EncryptionOptions.recipient, EncryptionOptions.recipientsFile] where arguments.isGiven(option) {
            throw .usage("\(option.written) says to whom -e y encrypts: give both, or files would be sent as they are")
        }
        return nil
    }

    /// What says something of deleting is a mistake where nothing is deleted.
    private func requireDeleting() throws(ProgramError) {
        if deletes { return }
        let given = [
            ("--keep-local", keptCopies != nil), ("--remove-empty-folders", removesEmptyFolders),
            ("--wipe-unknown", wipesUnproven), ("--require-grade", requiredGrade != nil),
            ("--recording-key", keyFolder != nil),
        ]
        for (option, isGiven) in given where isGiven {
            throw .usage("\(option) says what is done with -d y: give both, or neither")
        }
    }

    /// Where files are deleted, a part that a transfer left behind must be there when it is resumed.
    private static func settleSeconds(deletes: Bool) -> Double { deletes ? 60 : 10 }

    private static func holds(_ arguments: ParsedArguments) throws(ProgramError) -> [HoldTable.Rule] {
        var rules: [HoldTable.Rule] = []
        for text in arguments.strings(of: Options.hold) {
            // A name may have a sign of equality, too.
            guard let sign = text.lastIndex(of: "="), let pattern = NamePattern(String(text[..<sign])),
                let seconds = secondsValue(String(text[text.index(after: sign)...]))
            else {
                let example = "--hold '*.tmp=3600'; a slash may only stand at the end of the pattern"
                throw .usage("--hold takes PATTERN=SECONDS, not \(escaped(text)), as in \(example)")
            }
            rules.append(HoldTable.Rule(pattern: pattern, seconds: seconds))
        }
        return rules
    }

    private static func rateLimit(_ arguments: ParsedArguments) throws(ProgramError) -> RateSchedule {
        let texts = arguments.strings(of: Options.limitRate)
        if let schedule = RateSchedule(texts) { return schedule }
        throw .usage(
            "--limit-rate takes bytes a second, of 16K at least, as 500K, or 500K@07:00-22:00 for some hours of the day, each "
                + "once, not \(escaped(texts.joined(separator: ", ")))")
    }

    private static func idleCommand(_ arguments: ParsedArguments) throws(ProgramError) -> String? {
        guard let command = arguments.optionalString(of: Options.onIdle) else { return nil }
        if arguments.flag(Options.once) {
            throw .usage("--on-idle is for a client that stays: behind one with --once, && COMMAND does the same")
        }
        return command
    }

    private static func keptCopies(_ arguments: ParsedArguments) throws(ProgramError) -> KeptCopies? {
        guard let text = arguments.optionalString(of: Options.keepLocal) else { return nil }
        if let copies = KeptCopies(text) { return copies }
        throw .usage("--keep-local takes a number of days, such as 14, or a size, such as 20G, not \(escaped(text))")
    }

    private static func requiredGrade(_ arguments: ParsedArguments) throws(ProgramError) -> ErasureGrade? {
        guard let text = arguments.optionalString(of: Options.requireGrade) else { return nil }
        if let grade = ErasureGrade(rawValue: text), grade > .unknown { return grade }
        throw .usage("--require-grade takes flash, encrypted or in-place, not \(escaped(text))")
    }

    private static func patterns(
        _ arguments: ParsedArguments, _ option: Option
    ) throws(ProgramError) -> [NamePattern] {
        var patterns: [NamePattern] = []
        for text in arguments.strings(of: option) {
            guard let pattern = NamePattern(text) else {
                let rule = "is about single names: a slash may only stand at its end"
                throw .usage("\(option.written) \(escaped(text)): a pattern \(rule)")
            }
            patterns.append(pattern)
        }
        return patterns
    }

    private static func order(_ arguments: ParsedArguments) throws(ProgramError) -> SendingOrder {
        let text = try arguments.string(of: Options.order)
        guard ["oldest", "newest"].contains(text) else { throw .usage("--order takes oldest or newest") }
        return SendingOrder(
            first: try patterns(arguments, Options.first), neighbours: try arguments.integer(of: Options.neighbours),
            isNewestFirst: text == "newest")
    }

    private static func interfaces(_ arguments: ParsedArguments) throws(ProgramError) -> [String] {
        guard let text = arguments.optionalString(of: Options.interface) else { return [] }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        // IFNAMSIZ, with the NUL at its end.
        guard names.allSatisfy({ (1...15).contains($0.utf8.count) }) else {
            throw .usage("--inet \(escaped(text)): takes names of interfaces, of 1 to 15 bytes, with commas between")
        }
        return names
    }

    private static func serverAddresses(
        _ arguments: ParsedArguments, port: UInt16
    ) throws(ProgramError) -> [SocketAddress]? {
        guard let text = arguments.optionalString(of: Options.serverAddress) else { return nil }
        var addresses: [SocketAddress] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            guard canonicalAddress(part) != nil, let found = try? resolve(host: part, port: port, passive: false) else {
                throw .usage("--server-address \(escaped(part)): takes addresses of IPv4 or IPv6, with commas between")
            }
            addresses += found
        }
        return addresses
    }

    static func server(_ arguments: ParsedArguments) throws(ProgramError) -> ServerName {
        let text = try arguments.string(of: Options.servername)
        do throws(ServerNameError) {
            return try ServerName(text)
        } catch {
            throw .usage(
                "--servername \"\(escaped(text, quoting: true))\" \(escaped(error.reason)); it is HOST, HOST:PORT or [IPV6]:PORT"
            )
        }
    }

    static func user(_ arguments: ParsedArguments) throws(ProgramError) -> String {
        let user = try arguments.string(of: Options.username)
        let limits = ProtocolLimits.userLengths
        guard limits.contains(user.utf8.count) else {
            throw .usage("--username takes \(limits.lowerBound) to \(limits.upperBound) bytes")
        }
        return user
    }

    private static func prefix(_ arguments: ParsedArguments) throws(ProgramError) -> RemotePath? {
        guard let text = arguments.optionalString(of: Options.prefix) else { return nil }
        do throws(RemotePath.Flaw) {
            return try RemotePath(Array(text.utf8))
        } catch {
            throw .usage("--prefix \(escaped(text)): \(error)")
        }
    }
}
