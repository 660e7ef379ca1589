import Accounts
import CommandLine
import Platform
import Transport
import Wire

@main
struct AutoUploadServer {
    static func main() {
        Program.run(ServerOptions.program) { () throws(ProgramError) in
            Signals.ignoreNuisances()
            Signals.block()
            ProcessLimits.setFileCreationMask(0o077)
            ProcessLimits.forbidCoreDumps()
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
            let configuration = try Configuration(arguments)
            let accounts = try accounts(configuration)
            let services = try services(configuration, accounts, openFiles)
            let storehouse = Storehouse(services, path: configuration.folder) { old throws(ProgramError) in
                try reopen(configuration, accounts, after: old)
            }
            let server = try Server(storehouse, address: configuration.address, port: configuration.port)
            try server.run()
            return .success
        }
    }

    /// Checks everything that the work needs, in the order in which a person would set it up.
    private static func services(
        _ configuration: Configuration, _ accounts: AccountDirectory, _ openFiles: UInt64
    ) throws(ProgramError) -> Services {
        if ProcessLimits.isRoot { warn("running as root: better give it a user of its own") }
        let certificate = try certificate(configuration)
        let storage = try storage(configuration, requiresMarker: configuration.requiresMarker)
        try chooseDecoys(accounts, storage)
        let receipts = try receiptKeyring(configuration, storage)
        let vault = try vault(storage, configuration, accounts)
        guard let granted = try? Granted() else { throw ProgramError("can't make answers", exitCode: .software) }
        var limits = configuration.limits
        if let warning = limits.fit(openFiles: openFiles) { warn(warning) }
        let gate = LoginGate(
            accounts: accounts, verified: try verifiedLogins(), simultaneous: ProcessLimits.processors,
            patience: limits.loginQueue)
        // Enough to keep a disk busy; each also computes a hash.
        let reading = ReadingGate(simultaneous: max(4, ProcessLimits.processors))
        return Services(
            certificate: certificate, vault: vault, gate: gate, receipts: receipts,
            registry: ConnectionRegistry(limits.admission) { number in
                gate.withdraw(number)
                reading.withdraw(number)
            },
            slots: UploadSlots(inAll: limits.openUploadsInAll, perUser: limits.openUploadsPerUser), limits: limits,
            granted: granted, reading: reading)
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

    private static func chooseDecoys(
        _ accounts: AccountDirectory, _ storage: borrowing Storage
    ) throws(ProgramError) {
        do throws(SystemError) {
            let keyedHash = try DecoyKey.load(in: storage.own)
            accounts.chooseDecoys { keyedHash.hash(of: [$0]) }
        } catch {
            throw ProgramError(error)
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
                chain: configuration.certificate, key: configuration.privateKey, minimum: configuration.minimumTLS)
        } catch {
            throw ProgramError("--certificate, --privatekey: \(error)", exitCode: .configuration)
        }
    }

    private static func storage(
        _ configuration: Configuration, requiresMarker: Bool
    ) throws(ProgramError) -> Storage {
        do throws(StorageError) {
            let storage = try Storage(
                folder: configuration.folder, allowWeak: configuration.allowWeakStorage, requiresMarker: requiresMarker,
                rights: configuration.rights)
            for warning in storage.warnings { warn(warning) }
            if configuration.readsBack, !storage.canReadPastCache { warn(Self.weakReadBack) }
            return storage
        } catch {
            throw ProgramError("--folder: \(error)", exitCode: .configuration)
        }
    }

    private static func receiptKeyring(
        _ configuration: Configuration, _ storage: borrowing Storage
    ) throws(ProgramError) -> ReceiptKeyring {
        do throws(ReceiptKeyError) {
            return try ReceiptKeyChoice(chosen: configuration.receiptKey, storage, at: configuration.folder).keyring(
                warn)
        } catch {
            throw ProgramError(error.description, exitCode: .configuration)
        }
    }

    /// Opens what the storage folder's path leads to by now. Nothing is made that isn't there: clients would stop deleting for
    /// another receipt key.
    private static func reopen(
        _ configuration: Configuration, _ accounts: AccountDirectory, after old: Vault
    ) throws(ProgramError) -> Storehouse.Stock {
        let storage = try storage(configuration, requiresMarker: true)
        let receipts: ReceiptKeyring?
        do throws(ReceiptKeyError) {
            let file = try ReceiptKeyFile(chosen: configuration.receiptKey, in: storage.own, of: configuration.folder)
            receipts =
                try file.load() == nil
                ? nil
                : ReceiptKeyChoice(chosen: configuration.receiptKey, storage, at: configuration.folder).keyring(warn)
        } catch {
            throw ProgramError(error.description, exitCode: .configuration)
        }
        guard let receipts else {
            throw ProgramError(
                "the storage folder \(escaped(configuration.folder)) has no receipt key: if one is to be made, restart the server",
                exitCode: .configuration)
        }
        return Storehouse.Stock(
            vault: try vault(storage, configuration, accounts, after: old), receipts: receipts)
    }

    private static func vault(
        _ storage: consuming Storage, _ configuration: Configuration, _ accounts: AccountDirectory,
        after old: Vault? = nil
    ) throws(ProgramError) -> Vault {
        do throws(StorageError) {
            let vault = try Vault(
                storage, rights: configuration.rights, partials: configuration.partials, space: configuration.space,
                quotas: { quota(of: $0, in: accounts) }, readsBack: configuration.readsBack, after: old,
                tellingOf: { place, displacement in
                    Log.write(ServerEvent.storageAway(path: place.path, displacement).logLine)
                })
            for warning in vault.warnings { warn(warning) }
            return vault
        } catch {
            throw ProgramError(error.description, exitCode: .configuration)
        }
    }

    private static func quota(of user: FileName, in accounts: AccountDirectory) -> QuotaSetting {
        guard let entry = accounts.entry(named: user.bytes) else { return .unknown }
        return entry.quota.map(QuotaSetting.bytes) ?? .none
    }

    private static let weakReadBack =
        "--read-back: the storage folder's file system can't be read past the page cache; what is cached of a file is "
        + "dropped before it is read back, as far as the system does that"

    private static func warn(_ text: String) {
        Log.write(ServerEvent.warning(text).logLine)
    }
}
