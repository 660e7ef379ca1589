import Blobs
import CommandLine
import Connections
import DirectUploads
import Platform
import Storage
import Transport
import WebFace

/// The server's options, declared once.
enum ServerOptions {
    static let program = Program.startedName(usual: "auto-upload-server")

    static let passwordFile = Option(
        "pwdfile", "pwdfilename", letter: "p", value: .text("FILE"), isRequired: true,
        help: "The password file; adduser makes it.")
    static let certificate = Option(
        "certificate", "certificatefilename", letter: "c", value: .text("FILE"), isRequired: true,
        help: "The server's certificate and the chain to its authority (PEM).")
    static let privateKey = Option(
        "privatekey", "privatekeyfilename", letter: "k", value: .text("FILE"), isRequired: true,
        help: "The certificate's private key (PEM, without a passphrase).")
    static let clientAuthorities = Option(
        "client-ca", value: .text("FILE"), section: "Network",
        help: "Let only those in, before any password, who show a certificate of an authority in this file (PEM).")
    static let clientRevocations = Option(
        "client-crl", value: .text("FILE"), section: "Network",
        help: "What the authorities of --client-ca have revoked (PEM, a list of each); read again when it has changed.")
    static let folder = Option(
        "folder", letter: "f", value: .text("FOLDER"), isRequired: true,
        help: "The storage folder: one sub-folder for each user.")

    static let port = Option(
        "port", value: .integer("PORT", 0...65_535), defaultText: "443", section: "Network",
        help: "The TCP port; 0 lets the system choose one, which the log tells.")
    static let address = Option(
        "address", value: .text("ADDRESS"), section: "Network",
        help: "Listen on this address only, rather than on every IPv4 and IPv6 address.")
    static let minimumTLS = Option(
        "tls-minimum", value: .text("VERSION"), defaultText: "1.3", section: "Network",
        help: "The lowest version of TLS that is accepted: 1.2 or 1.3.")
    static let web = Option(
        "web", value: .text("on|off"), defaultText: "on", section: "Network",
        help: "Serve browsers and scripts (HTTP/1.1 over TLS) on the same port.")
    static let admin = Option(
        "admin", value: .text("on|off"), defaultText: "on", section: "Network",
        help: "Serve the admin site at /admin/ to users with a role (adduser --role); with none there is no such site.")
    static let editUsers = Option(
        "edit-users", section: "Network",
        help:
            "Let admins set quota, prefix, role and lock of users at the admin site: then the server may change what is in the folder of "
            + "--pwdfile.")
    static let webOrigins = Option(
        "web-origin", value: .text("ORIGIN"), isRepeatable: true, section: "Network",
        help:
            "Let pages of another server upload, too, as https://www.example.org; their scripts must know the password."
    )
    static let plainPlaces = Option(
        "http-listen", value: .text("ADDRESS:PORT|unix:PATH"), isRepeatable: true, section: "Network",
        help:
            "Serve browsers and scripts without TLS there, too, for a reverse proxy: on a loopback address, or a socket that "
            + "its group may use. May be given several times.")
    static let trustedProxies = Option(
        "trusted-proxy", value: .text("ADDRESS|unix"), isRepeatable: true, section: "Network",
        help:
            "A reverse proxy whose Forwarded or X-Forwarded-For tells who its clients are; unix: whoever uses a socket of "
            + "--http-listen. May be given several times.")
    static let headerSenders = Option(
        "proxy-protocol-from", value: .text("ADDRESS[/BITS]|unix"), isRepeatable: true, section: "Network",
        help:
            "A proxy that passes TLS on as it is, and says whose a connection is by a header of the PROXY protocol, version 2: from "
            + "there each must have one, from elsewhere none may. May be given several times.")
    static let metricsPlaces = Option(
        "metrics-listen", value: .text("ADDRESS:PORT|unix:PATH"), isRepeatable: true, section: "Network",
        help:
            "Give measurements for Prometheus there (GET /metrics): on a loopback address, or a socket that its group may use. May "
            + "be given several times.")
    static let fileMode = Option(
        "file-mode", value: .permissions, defaultText: "600", section: "Storage",
        help: "Permissions of stored files. Folders can be entered by whoever can read files.")
    static let group = Option(
        "group", value: .text("GROUP"), section: "Storage",
        help: "Give stored files and folders to this group.")
    static let keepFree = Option(
        "keep-free", value: .size(), section: "Storage",
        help: "Bytes of the file system that stay free. The smaller of 1G and 2 % of it unless given.")
    static let largestFile = Option(
        "max-file-size", value: .size(), section: "Storage",
        help: "The largest file that is taken. What the file system can hold unless given.")
    static let readBack = Option(
        "read-back", section: "Storage",
        help: "Read every file back from the disk, past the page cache, and compare before it is confirmed.")
    static let partialExpiry = Option(
        "partial-expiry", value: .integer("DAYS", 1...3650), defaultText: "7", section: "Storage",
        help: "Keep what has come of an unfinished upload for so long, for its client to go on.")
    static let trashDays = Option(
        "trash-days", value: .integer("DAYS", 0...36_500), defaultText: "7", section: "Storage",
        help: "Keep what an admin deletes in the trash of its user for so long; 0: it is removed at once.")
    static let receiptKey = Option(
        "receipt-key", value: .text("FILE"), section: "Storage",
        help: "The private key that receipts are signed with, made for a new storage. Default: receipt-key.pem in the "
            + "server's own folder .auto-upload of the storage folder.")
    static let requireMarker = Option(
        "require-marker", section: "Storage",
        help:
            "Start only on a storage folder that was used before, which its marker tells: not on the empty folder that "
            + "is left when its disk isn't mounted.")
    static let allowWeakStorage = Option(
        "allow-weak-storage", section: "Storage",
        help:
            "Accept a storage folder that isn't known to keep what it has flushed: in memory, on FUSE (ntfs-3g, bindfs, sshfs), "
            + "and on file systems that nobody has tried.")

    static let catalogue = Option(
        "catalogue", value: .text("on|off"), defaultText: "on", section: "Storage",
        help:
            "Keep an index of what is stored, and a log, in the server's own folder .auto-upload; links and the admin's pages need it."
    )
    static let anonymiseAfter = Option(
        "anonymise-after", value: .integer("DAYS", 0...36_500), defaultText: "30", section: "Storage",
        help:
            "Name neither user nor address any more in lines of the catalogue's log that are so old; 0: always name them."
    )

    static let pidFile = Option(
        "pidfile", value: .text("FILE"),
        help: "Write the process's number there once it listens, and remove the file at the end.")

    static let renewReceiptKey = Command(
        "renew-receipt-key", required: [folder],
        help: "Make another key for receipts, signed by the present one, so that clients trust it. The server must not "
            + "be running.")

    static let exitCodes: KeyValuePairs<ExitCode, String> = [
        .success: "It was ended by SIGTERM or SIGINT, or the command is done.",
        .usage: "The command line is wrong.",
        .dataError: "A line of the password file isn't right (check), or a command has found what differs.",
        .noInput: "The file that --config names can't be read.",
        .software: "It met something that never happens: a defect.",
        .operatingSystem: "The system refused something, such as a port that another program uses.",
        .temporaryFailure: "There is no room now (check), or a command finds the server busy.",
        .noPermission: "The port needs a right that the process lacks.",
        .configuration:
            "A file that it needs can't be used, or the storage folder can't keep what a confirmation promises.",
    ]

    static let forgetReceiptKey = Command(
        "forget-receipt-key", required: [folder],
        help: "Let the next start use another key for receipts than the storage was used with, or make one, which "
            + "clients don't trust until a person accepts it: for a key that is lost, or that others may have read. The "
            + "server must not be running.")

    static let commands =
        [SetupCommand.command, CheckCommand.command, renewReceiptKey, forgetReceiptKey, BucketCommand.prepare]
        + ConsoleCommand.all.map(\.command)

    static let parser = CommandLineParser(
        program: program, summary: "Receives files from auto-upload-client, and keeps them safe.", options: table,
        commands: commands, exitCodes: exitCodes)

    static let table: [Option] =
        [
            passwordFile, certificate, privateKey, folder, pidFile, port, address, minimumTLS,
            clientAuthorities, clientRevocations, web, admin, editUsers, webOrigins,
            plainPlaces, trustedProxies, headerSenders, metricsPlaces, fileMode, group, keepFree,
            largestFile,
            readBack, partialExpiry, trashDays, receiptKey, requireMarker, allowWeakStorage, catalogue, anonymiseAfter,
        ] + RetentionOptions.table + DropOptions.table + BlobOptions.table + DatabaseOptions.table + BucketOptions.table
        + LimitOptions.table
        + ProcessOptions.table + [
            .logFormat, .config, CheckCommand.filesOnly,
        ]
}

/// What the server was told, checked.
struct Configuration {
    let passwordFile: String
    let certificate: String
    let privateKey: String
    /// Nil: clients need no certificate.
    let clients: ClientTrust?
    let folder: String
    let pidFile: String?
    let port: UInt16
    let address: String?
    let minimumTLS: TLSVersion
    let servesWeb: Bool
    let servesAdmin: Bool
    let editsUsers: Bool
    let webOrigins: [String]
    let plainPlaces: [PlainPlace]
    let metricsPlaces: [PlainPlace]
    let proxies: TrustedProxies
    /// Who sends headers of the PROXY protocol.
    let headerSenders: [AddressRange]
    let rights: AccessRights
    /// Nil stands for the usual place.
    let receiptKey: String?
    let requiresMarker: Bool
    let allowWeakStorage: Bool
    let space: SpacePolicy
    let readsBack: Bool
    let limits: Limits
    /// Nil where nobody may upload without an account.
    let drops: DropRules?
    let partials: PartialRules
    let trash: TrashRules
    /// Nil where nothing goes by itself.
    let retention: RetentionRules?
    /// Nil where there are no expiring blobs.
    let blobs: BlobRules?
    /// That has the rows of blobs; nil: they lie beside them.
    let database: BlobDatabase?
    /// Nil where nothing goes straight to a bucket.
    let direct: DirectRules?
    /// Nil: it stays who it is.
    let runAs: UserIdentity?
    let isConfined: Bool
    let hasCatalogue: Bool
    /// Seconds; nil: never.
    let anonymisesAfter: Int64?
    /// That `--config` names.
    let ownFile: String?

    init(_ arguments: ParsedArguments) throws(ProgramError) {
        ownFile = arguments.optionalString(of: .config)
        passwordFile = try arguments.string(of: ServerOptions.passwordFile)
        certificate = try arguments.string(of: ServerOptions.certificate)
        privateKey = try arguments.string(of: ServerOptions.privateKey)
        clients = try Self.clients(arguments)
        folder = try arguments.string(of: ServerOptions.folder)
        pidFile = arguments.optionalString(of: ServerOptions.pidFile)
        port = UInt16(clamping: try arguments.integer(of: ServerOptions.port))
        address = arguments.optionalString(of: ServerOptions.address)
        minimumTLS = try Self.tlsVersion(try arguments.string(of: ServerOptions.minimumTLS))
        servesWeb = try Self.isOn(arguments.string(of: ServerOptions.web), "--web")
        servesAdmin = try Self.isOn(arguments.string(of: ServerOptions.admin), "--admin")
        editsUsers = arguments.flag(ServerOptions.editUsers)
        webOrigins = try Self.origins(arguments.strings(of: ServerOptions.webOrigins))
        (plainPlaces, proxies) = try Self.proxied(arguments, servesWeb)
        headerSenders = try Self.headerSenders(arguments)
        metricsPlaces = try Self.metricsPlaces(arguments)
        limits = try Limits(arguments)
        runAs = try ProcessOptions.user(arguments)
        isConfined = try Self.isOn(arguments.string(of: ProcessOptions.confine), "--confine")
        drops = try DropRules(arguments)
        blobs = try BlobRules(arguments)
        database = try BlobDatabase(arguments)
        if blobs == nil, database != nil { throw .usage("--database is for --blobs: give that, too") }
        if blobs != nil, !servesWeb { throw .usage("--blobs are of the web, which --web off turns off") }
        hasCatalogue = try Self.isOn(arguments.string(of: ServerOptions.catalogue), "--catalogue")
        let days = try arguments.integer(of: ServerOptions.anonymiseAfter)
        anonymisesAfter = days == 0 ? nil : Int64(days) * 86_400
        partials = PartialRules(expiry: Double(try arguments.integer(of: ServerOptions.partialExpiry)) * 86_400)
        trash = TrashRules(expiry: Int64(try arguments.integer(of: ServerOptions.trashDays)) * 86_400)
        retention = try RetentionRules(arguments)
        if retention != nil, !hasCatalogue {
            throw .usage("--keep-days and --keep-size need the catalogue, which --catalogue off turns off")
        }
        direct = try DirectRules(
            arguments, largest: arguments.optionalSize(of: ServerOptions.largestFile),
            expiry: Double(try arguments.integer(of: ServerOptions.partialExpiry)) * 86_400)
        if direct != nil, !servesWeb { throw .usage("--s3-endpoint serves the web, which --web off turns off") }
        receiptKey = arguments.optionalString(of: ServerOptions.receiptKey)
        requiresMarker = arguments.flag(ServerOptions.requireMarker)
        allowWeakStorage = arguments.flag(ServerOptions.allowWeakStorage)
        readsBack = arguments.flag(ServerOptions.readBack)
        space = SpacePolicy(
            keepFree: arguments.optionalSize(of: ServerOptions.keepFree),
            largestFile: arguments.optionalSize(of: ServerOptions.largestFile))
        rights = try AccessRights(arguments)
    }

    /// Of HTTP without TLS.
    var places: [PlainPlace] { plainPlaces + metricsPlaces }

    /// What is read again when it has changed.
    var filesToRead: [String] {
        [passwordFile, certificate, privateKey]
            + [clients?.authorities, clients?.revocations, direct?.authorities, ownFile].compactMap(\.self)
    }

    private static func clients(_ arguments: ParsedArguments) throws(ProgramError) -> ClientTrust? {
        let revocations = arguments.optionalString(of: ServerOptions.clientRevocations)
        guard let authorities = arguments.optionalString(of: ServerOptions.clientAuthorities) else {
            if revocations != nil { throw .usage("--client-crl goes with --client-ca") }
            return nil
        }
        return ClientTrust(authorities: authorities, revocations: revocations)
    }

    private static func tlsVersion(_ text: String) throws(ProgramError) -> TLSVersion {
        switch text {
        case "1.2": .tls12
        case "1.3": .tls13
        default: throw .usage("--tls-minimum takes 1.2 or 1.3")
        }
    }

    private static func proxied(
        _ arguments: ParsedArguments, _ servesWeb: Bool
    ) throws(ProgramError) -> ([PlainPlace], TrustedProxies) {
        var places: [PlainPlace] = []
        for text in arguments.strings(of: ServerOptions.plainPlaces) { places.append(try PlainPlace(text)) }
        if !places.isEmpty, !servesWeb { throw .usage("--http-listen serves the web, which --web off turns off") }
        var hosts: Set<HostAddress> = []
        for text in arguments.strings(of: ServerOptions.trustedProxies) {
            guard let host = text == "unix" ? HostAddress.unix : SocketAddress(numeric: text)?.hostAddress else {
                throw .usage("--trusted-proxy takes a numeric address, or unix")
            }
            hosts.insert(host)
        }
        return (places, TrustedProxies(hosts))
    }

    private static func headerSenders(_ arguments: ParsedArguments) throws(ProgramError) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for text in arguments.strings(of: ServerOptions.headerSenders) {
            guard let range = AddressRange(text) else {
                throw .usage(
                    "--proxy-protocol-from takes a numeric address, ADDRESS/BITS whose bits behind the first BITS are 0, or unix, not "
                        + escaped(text))
            }
            ranges.append(range)
        }
        return ranges
    }

    private static func metricsPlaces(_ arguments: ParsedArguments) throws(ProgramError) -> [PlainPlace] {
        var places: [PlainPlace] = []
        for text in arguments.strings(of: ServerOptions.metricsPlaces) {
            places.append(try PlainPlace(text, .metrics))
        }
        return places
    }

    static func isOn(_ text: String, _ option: String) throws(ProgramError) -> Bool {
        switch text {
        case "on": true
        case "off": false
        default: throw .usage("\(option) takes on or off")
        }
    }

    static func origins(_ texts: [String]) throws(ProgramError) -> [String] {
        for text in texts where !CrossOrigin.isOne(text) {
            throw .usage(
                "--web-origin takes SCHEME://HOST or SCHEME://HOST:PORT, with nothing behind it, not \(escaped(text))")
        }
        return texts
    }
}
