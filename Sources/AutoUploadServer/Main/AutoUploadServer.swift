import Accounts
import AdminSite
import Catalogue
import CommandLine
import Connections
import DeviceFace
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
            let parser = CommandLineParser(
                program: ServerOptions.program, summary: "Receives files from auto-upload-client, and keeps them safe.",
                options: ServerOptions.table, commands: ServerOptions.commands,
                exitCodes: ServerOptions.exitCodes)
            let arguments = try parser.parse()
            switch arguments.command?.name {
            case ServerOptions.renewReceiptKey.name:
                try Renewal.run(arguments)
                return .success
            case ServerOptions.forgetReceiptKey.name:
                try Forgetting.run(arguments)
                return .success
            default: break
            }
            if let console = ConsoleCommand.named(arguments.command?.name) { return try console.run(arguments) }
            let configuration = try Configuration(arguments)
            var limits = configuration.limits
            let warning = limits.fit(openFiles: openFiles)
            var doors = try Doors.openPorts(configuration, limits.socket)
            let pidFile = try ProcessFile.write(configuration.pidFile)
            defer { pidFile?.remove() }
            let confinement = Confinement(configuration)
            try confinement.becomeUser()
            doors += try Doors.openFiles(configuration, limits.socket)
            // The first line of log starts a thread.
            confinement.apply().forEach(warn)
            if let warning { warn(warning) }
            let accounts = try accounts(configuration)
            let certificate = try certificate(configuration)
            let opener = StorageOpener(configuration: configuration, accounts: accounts)
            let web =
                configuration.servesWeb
                ? WebRules(
                    drops: try drops(opener), origins: configuration.webOrigins, proxies: configuration.proxies,
                    admin: configuration.servesAdmin ? try adminSite(limits) : nil) : nil
            guard let storehouse = try storehouse(limits, certificate, opener, doors) else { return .success }
            try Server(storehouse, doors, web: web).run()
            return .success
        }
    }

    /// Nothing but the storehouse keeps what belongs to the storage: it is let go of as a whole.
    ///
    /// - Returns: nil when the process was told to end before there was room to begin.
    private static func storehouse(
        _ limits: Limits, _ certificate: ServerCertificate, _ opener: StorageOpener, _ doors: [Door]
    ) throws(ProgramError) -> Storehouse? {
        guard let stock = try WaitingRoom(doors, certificate).open(opener) else { return nil }
        stock.warnings.forEach(warn)
        let services = try services(limits, certificate, opener, stock)
        let storehouse = Storehouse(services, path: opener.configuration.folder) { old throws(ProgramError) in
            try opener.reopen(after: old)
        }
        storehouse.openCatalogue(stock)
        return storehouse
    }

    private static func adminSite(_ limits: Limits) throws(ProgramError) -> AdminSite {
        do throws(SystemError) {
            return try AdminSite(limits)
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
        _ limits: Limits, _ certificate: ServerCertificate, _ opener: StorageOpener, _ stock: Stock
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
            catalogue: Catalogue(anonymisingAfter: opener.configuration.anonymisesAfter))
    }

    private static func accounts(_ configuration: Configuration) throws(ProgramError) -> AccountDirectory {
        do throws(PasswordFileError) {
            return try AccountDirectory(path: configuration.passwordFile) { warn($0) }
        } catch {
            throw ProgramError("--pwdfile: \(error)\(passwordFileHint(error))", exitCode: .configuration)
        }
    }

    private static func passwordFileHint(_ error: PasswordFileError) -> String {
        guard case .unreadable(let error) = error else { return "" }
        return switch error.errno {
        case .noEntry: "; adduser -u NAME -f FILE makes it (installed as auto-upload-adduser)"
        case .accessDenied: "; let the server's user read it, as by chgrp and chmod 640"
        default: ""
        }
    }

    private static func verifiedLogins() throws(ProgramError) -> VerifiedLogins {
        do throws(SystemError) {
            return try VerifiedLogins()
        } catch {
            throw ProgramError(error)
        }
    }

    private static func certificate(_ configuration: Configuration) throws(ProgramError) -> ServerCertificate {
        do throws(TLSError) {
            return try ServerCertificate(
                chain: configuration.certificate, key: configuration.privateKey,
                clients: configuration.clients, minimum: configuration.minimumTLS,
                protocols: [Connection.applicationProtocol]
                    + (configuration.servesWeb ? [WebConnection.applicationProtocol] : []))
        } catch {
            let options =
                "--certificate, --privatekey" + (configuration.clients == nil ? "" : ", --client-ca")
                + (configuration.clients?.revocations == nil ? "" : ", --client-crl")
            let advice = configuration.runAs.map { "; the user \(escaped($0.name)) is to read these files" } ?? ""
            throw ProgramError("\(options): \(error)\(advice)", exitCode: .configuration)
        }
    }

    private static func warn(_ text: String) {
        Log.write(ServerEvent.warning(text).logLine)
    }
}
