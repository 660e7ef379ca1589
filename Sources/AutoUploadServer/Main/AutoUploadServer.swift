import Accounts
import AdminSite
import Blobs
import Catalogue
import CommandLine
import Connections
import DirectUploads
import Events
import Logins
import Platform
import Transport
import WebFace

@main
struct AutoUploadServer {
    static func main() {
        Program.run(ServerOptions.program) { () throws(ProgramError) in
            Signals.ignoreNuisances()
            Signals.block()
            ProcessLimits.setFileCreationMask(0o077)
            ProcessLimits.forbidCoreDumps()
            SecretHeap.reserve()
            let openFiles = ProcessLimits.raiseOpenFiles()
            let arguments = try ServerOptions.parser.parse()
            try LogFormat.use(arguments)
            if let code = try runCommand(arguments, openFiles) { return code }
            try serve(arguments, openFiles)
            return .success
        }
    }

    /// - Returns: nil where it is to serve.
    private static func runCommand(_ arguments: ParsedArguments, _ openFiles: UInt64) throws(ProgramError) -> ExitCode?
    {
        switch arguments.command?.name {
        case ServerOptions.renewReceiptKey.name: try Renewal.run(arguments)
        case ServerOptions.forgetReceiptKey.name: try Forgetting.run(arguments)
        case SetupCommand.command.name: try SetupCommand.run(arguments)
        case BucketCommand.prepare.name: return try BucketCommand.run(arguments)
        case CheckCommand.command.name:
            return try CheckCommand.run(arguments, filesOnly: false, openFiles: openFiles)
        case nil where arguments.flag(CheckCommand.filesOnly):
            return try CheckCommand.run(arguments, filesOnly: true, openFiles: openFiles)
        case nil: return nil
        case let name: return try ConsoleCommand.named(name)?.run(arguments)
        }
        return .success
    }

    private static func serve(_ arguments: ParsedArguments, _ openFiles: UInt64) throws(ProgramError) {
        let configuration = try Configuration(arguments)
        var limits = configuration.limits
        let warning = limits.fit(openFiles: openFiles)
        var doors = try Doors.openPorts(configuration, limits.socket)
        let pidFile = try ProcessFile.write(configuration.pidFile)
        defer { pidFile?.remove() }
        let confinement = Confinement(configuration)
        try confinement.becomeUser()
        doors += try Doors.openFiles(configuration, limits.socket)
        ServiceManager.find()
        // The first line of log starts a thread.
        confinement.apply().forEach(warn)
        if let warning { warn(warning) }
        let accounts = try NeededFiles.accounts(configuration) { warn($0) }
        let certificate = try NeededFiles.certificate(configuration)
        let opener = StorageOpener(configuration: configuration, accounts: accounts)
        let blobs = configuration.blobs.map { BlobStore($0, in: configuration.database) }
        let direct = configuration.direct.map { DirectUploads($0, folder: configuration.folder) }
        let web =
            configuration.servesWeb
            ? WebRules(
                drops: try drops(opener), origins: configuration.webOrigins, proxies: configuration.proxies,
                admin: configuration.servesAdmin ? try adminSite(limits, configuration) : nil,
                linkDrops: try linkDrops(),
                blobs: blobs.map { BlobService($0, agent: "auto-upload-server/\(Version.current)") },
                direct: direct) : nil
        guard let storehouse = try storehouse(limits, certificate, opener, blobs, doors) else { return }
        try start(web)
        if let direct { try sweep(direct, storehouse) }
        try Server(storehouse, doors, web: web, Reloading(arguments, storehouse), configuration.retention).run()
    }

    /// Nothing but the storehouse keeps what belongs to the storage: it is let go of as a whole.
    ///
    /// - Returns: nil when the process was told to end before there was room to begin.
    private static func storehouse(
        _ limits: Limits, _ certificate: ServerCertificate, _ opener: StorageOpener, _ blobs: BlobStore?,
        _ doors: [Door]
    ) throws(ProgramError) -> Storehouse? {
        guard let stock = try WaitingRoom(doors, certificate).open(opener) else { return nil }
        stock.warnings.forEach(warn)
        let services = try services(limits, certificate, opener, stock, blobs)
        let storehouse = Storehouse(services, path: opener.configuration.folder, blobs: blobs) {
            old throws(ProgramError) in
            try opener.reopen(after: old)
        }
        storehouse.openCatalogue(stock)
        storehouse.openBlobs(stock)
        return storehouse
    }

    private static func sweep(_ direct: DirectUploads, _ storehouse: Storehouse) throws(ProgramError) {
        do throws(SystemError) {
            try DirectSweeper(uploads: direct, storehouse: storehouse).start()
        } catch {
            throw ProgramError(error)
        }
    }

    private static func adminSite(
        _ limits: Limits, _ configuration: Configuration
    ) throws(ProgramError) -> AdminSite {
        do throws(SystemError) {
            return try AdminSite(
                limits, passwordFile: .init(path: configuration.passwordFile, mayEdit: configuration.editsUsers))
        } catch {
            throw ProgramError(error)
        }
    }

    private static func linkDrops() throws(ProgramError) -> LinkDrops {
        do throws(SystemError) {
            return try LinkDrops()
        } catch {
            throw ProgramError(error)
        }
    }

    private static func start(_ web: WebRules?) throws(ProgramError) {
        do throws(SystemError) {
            try web?.blobs?.start()
        } catch {
            throw ProgramError(error)
        }
    }

    private static func drops(_ opener: StorageOpener) throws(ProgramError) -> AnonymousDrops? {
        guard let rules = opener.configuration.drops else { return nil }
        let accounts = opener.accounts
        guard accounts.entry(named: rules.folder.bytes) == nil else {
            throw ProgramError(
                "--anonymous: \(rules.folder) is a user of the password file: choose a name that nobody has",
                exitCode: .configuration)
        }
        do throws(SystemError) {
            return try AnonymousDrops(rules) { accounts.entry(named: $0.bytes) != nil }
        } catch {
            throw ProgramError(error)
        }
    }

    private static func services(
        _ limits: Limits, _ certificate: ServerCertificate, _ opener: StorageOpener, _ stock: Stock,
        _ blobs: BlobStore?
    ) throws(ProgramError) -> Services {
        let gate = LoginGate(
            accounts: opener.accounts, verified: try verifiedLogins(), codes: opener.codes,
            tokens: LoginTokens(lifetime: limits.tokenLifetime),
            simultaneous: ProcessLimits.processors, patience: limits.loginQueue)
        // Enough to keep a disk busy; each also computes a hash.
        let reading = ReadingGate(simultaneous: max(4, ProcessLimits.processors))
        return Services(
            certificate: certificate, vault: stock.vault, gate: gate, receipts: stock.receipts,
            registry: ConnectionRegistry(limits.admission) { number in
                gate.withdraw(number)
                reading.withdraw(number)
            },
            slots: UploadSlots(inAll: limits.openUploadsInAll, perUser: limits.openUploadsPerUser), limits: limits,
            reading: reading, software: "auto-upload-server/\(Version.current)",
            catalogue: Catalogue(anonymisingAfter: opener.configuration.anonymisesAfter), blobs: blobs?.reach)
    }

    private static func verifiedLogins() throws(ProgramError) -> VerifiedLogins {
        do throws(SystemError) {
            return try VerifiedLogins()
        } catch {
            throw ProgramError(error)
        }
    }

    private static func warn(_ text: String) {
        Log.write(ServerEvent.warning(text).logLine)
    }
}
