import CommandLine
import Platform

/// The options of the client, in the order of `--help`.
enum Options {
    static let program = Program.startedName(usual: "auto-upload-client")

    static let parser = CommandLineParser(
        program: program,
        summary:
            "Sends the finished files of a folder to a server, and wipes them once they are safe there, if you wish.",
        options: [
            servername, serverAddress, authorities, pins, clientCertificate, clientKey, minimumTLS, interface,
            limitRate,
            username, password, passwordFile, oneTimeSeedFile, oneTimeCode,
            folder, prefix, settle, settleUnknown, hold, smallest, waitForNext, include, ignore, first, neighbours,
            order,
            deletes, keepLocal, removeEmptyFolders, requireGrade, recordingKey, wipesUnproven, askAgain,
            encrypt, EncryptionOptions.recipient, EncryptionOptions.recipientsFile,
            EncryptionOptions.identity, FileTransform.into,
            interval, once, afterBoot, onIdle, whileSending, dryRun, state, forgetTime, .logFormat, .config,
        ],
        commands: [
            StatusCommand.command, CheckCommand.command, ReceiptsCommand.command, VerifyReceipt.command,
            AcceptReceiptKey.command, KeyGen.command, Encrypt.command, Decrypt.command,
        ],
        exitCodes: exitCodes)

    private static let exitCodes: KeyValuePairs<ExitCode, String> = [
        .success:
            "With --once: everything was confirmed. Else: it was ended by SIGTERM or SIGINT, or the command is done.",
        .usage: "The command line is wrong, or no password was given.",
        .dataError: "verify-receipt: the receipt isn't genuine, or isn't about this file.",
        .noInput: "A command finds no state, receipt or file, or the file that --config names can't be read.",
        .software: "It met something that never happens: a defect.",
        .operatingSystem: "The system refused something, such as another thread.",
        .cantCreate: "The folder for the state, or for exported receipts, can't be made.",
        .inputOutput: "The state can't be read or written.",
        .temporaryFailure:
            "Something remains: try again later. Also when the server can't be reached, the interface is down, the folder to "
            + "watch isn't there or can't be looked into, a file is still being written or held, can't be wiped by this user or on this mount or isn't wiped "
            + "because it can't be told whether somebody has it open, or another client works on the folder. A link that breaks is tried "
            + "again before, with pauses: five times in a row at most where nothing comes of it.",
        .protocolError:
            "The server can't be trusted, or doesn't speak our protocol; or files stay because its receipt key has changed.",
        .noPermission: "The login was denied.",
        .configuration: "The configuration is wrong, or the folder holds what a server stores.",
    ]

    static let servername = Option(
        "servername", letter: "s", value: .text("HOST[:PORT]"), isRequired: true, section: "Server",
        help: "The server; an IPv6 address stands in brackets where a port follows it. Default port: 443.")
    static let authorities = Option(
        "ca-file", value: .text("PEM"), section: "Server",
        help: "Trust only the authorities in this file, rather than those of the system.")
    static let pins = Option(
        "pin", value: .text("sha256//BASE64"), isRepeatable: true, section: "Server",
        help: """
            Trust only a server that has this public key, or whose authority has. It counts besides --ca-file; without, instead \
            of the system's authorities. May be given several times: one of them has to fit.
            """)
    static let clientCertificate = Option(
        "client-certificate", value: .text("PEM"), section: "Server",
        help: "The device's certificate, for a server that asks for one, with --client-key.")
    static let clientKey = Option(
        "client-key", value: .text("PEM"), section: "Server", help: "Its private key, without a passphrase.")
    static let minimumTLS = Option(
        "tls-minimum", value: .text("1.2|1.3"), defaultText: "1.3", section: "Server",
        help: "The lowest version of TLS to speak.")
    static let interface = Option(
        "inet", letter: "i", value: .text("INTERFACE"), section: "Server",
        help: """
            Upload only by this network interface, while it is up and has an address: connections are bound to it, whatever the \
            routes say. Several, with commas between: the first that is usable.
            """)
    static let serverAddress = Option(
        "server-address", value: .text("ADDRESS"), section: "Server",
        help:
            "Connect to this address, and ask no name service; the certificate must still be for the name. Several with commas."
    )
    static let limitRate = Option(
        "limit-rate", value: .text("SIZE[@HH:MM-HH:MM]"), isRepeatable: true, section: "Server",
        help: """
            Send no more than so many bytes a second, with @ only at these hours of the day. May be given several times; the one \
            without hours counts at all others.
            """)

    static let username = Option(
        "username", letter: "u", value: .text("USER"), isRequired: true, section: "Login",
        help: "The user on the server.")
    static let password = Option(
        "password", letter: "p", value: .secret("PASSWORD"), section: "Login",
        help: "The password. It is overwritten at once, but --password-file is safer.")
    static let passwordFile = Option(
        "password-file", value: .text("FILE"), section: "Login",
        help: """
            Read the password from the first line of this file, which must be private. Without either, the environment \
            variable \(PasswordSource.variable) holds it.
            """)
    static let oneTimeSeedFile = Option(
        "totp-seed-file", value: .text("FILE"), section: "Login",
        help: """
            Make the one-time codes that the server asks of this user, from the seed in the first line of this file, which must \
            be private.
            """)
    static let oneTimeCode = Option(
        "totp-code", value: .secret("CODE"), section: "Login",
        help: "The one-time code that an app shows now. It serves for one login.")

    static let folder = Option(
        "folder", letter: "f", value: .text("FOLDER"), isRequired: true, section: "Files",
        help: "The folder to watch, with everything below it.")
    static let prefix = Option(
        "prefix", value: .text("PATH"), section: "Files",
        help: "Put everything below this sub-folder on the server.")
    static let settle = Option(
        "settle", value: .seconds(), section: "Files",
        help: """
            A file counts as finished when it hasn't changed for so long and nobody has it open for writing. Default: 10, \
            with -d y 60: who resumes a broken transfer finds its part then.
            """)
    static let settleUnknown = Option(
        "settle-unknown", value: .seconds(), defaultText: "120", section: "Files",
        help: "The same where the system can't tell whether somebody is writing it.")

    static let hold = Option(
        "hold", value: .text("PATTERN=SECONDS"), isRepeatable: true, section: "Files",
        help: """
            Send files whose names match PATTERN (* and ?; with a slash behind it: all in folders of such a name) only when \
            they haven't changed for so long; 0: like others. It counts before the names that are held for a day by \
            themselves, such as *.part; see the manual.
            """)
    static let smallest = Option(
        "smallest", value: .size(), section: "Files",
        help: "A file of fewer bytes isn't finished yet, and is held for a day.")
    static let waitForNext = Option(
        "wait-for-next", section: "Files",
        help: """
            The newest file of a folder isn't finished before a newer one stands beside it: it is held until then, or for a day.
            """)
    static let include = Option(
        "include", value: .text("PATTERN"), isRepeatable: true, section: "Files",
        help: "Send only files whose names match PATTERN, or with a slash behind it those in folders of such a name.")
    static let first = Option(
        "first", value: .text("PATTERN"), isRepeatable: true, section: "Files",
        help: "Of what is due, send files whose names match PATTERN before all others.")
    static let neighbours = Option(
        "neighbours", value: .integer("NUMBER", 0...1000), defaultText: "0", section: "Files",
        help: "With --first: also so many files just before and after each, by their times, of the same folder.")
    static let order = Option(
        "order", value: .text("oldest|newest"), defaultText: "oldest", section: "Files",
        help:
            "Which files go first otherwise. Those of one name but for its ending, such as a clip and its data, go together."
    )
    static let ignore = Option(
        "ignore", "exclude", value: .text("PATTERN"), isRepeatable: true, section: "Files",
        help: "Never send files, or folders with all that is in them, whose names match PATTERN.")

    static let deletes = Option(
        "deleteafterupload", letter: "d", value: .yesNo, defaultText: "n", section: "Afterwards",
        help: "Overwrite and delete each file once the server has confirmed that it has it.")
    static let keepLocal = Option(
        "keep-local", value: .text("DAYS|SIZE"), section: "Afterwards",
        help: """
            With -d y: what was confirmed stays for so many days, or up to so much of it, such as 20G: the newest files. The server \
            is asked again just before it is wiped.
            """)
    static let removeEmptyFolders = Option(
        "remove-empty-folders", section: "Afterwards",
        help: """
            With -d y: remove folders below the watched one that are empty and haven't changed for an hour. Not with recorders that \
            don't make their folders anew.
            """)
    static let requireGrade = Option(
        "require-grade", value: .text("flash|encrypted|in-place"), section: "Afterwards",
        help: """
            With -d y: wipe only where overwriting is worth so much: best effort on flash, on an encrypted medium, or in place. \
            Files elsewhere are sent, and stay. check tells what the folder's file system gives.
            """)
    static let recordingKey = Option(
        "recording-key", value: .text("FOLDER"), section: "Afterwards",
        help: """
            With -d y, and folders under fscrypt with a key each: when all of one is wiped, and a newer one stands beside it, its key is \
            taken from the kernel, and its file FOLDER/ID.key is wiped.
            """)
    static let wipesUnproven = Option(
        "wipe-unknown", section: "Afterwards",
        help: """
            With -d y: wipe also what somebody may still have open, for all that the system can tell, once it hasn't changed \
            for --settle-unknown. A recorder that keeps a file open loses what it writes after that. Empty files stay.
            """)
    static let encrypt = Option(
        "encrypt", letter: "e", value: .yesNo, defaultText: "n", section: "Encryption",
        help: """
            Encrypt each file on this device, in the age format, and store it as NAME.age: neither the server nor who steals \
            this device can read what was confirmed. Takes a recipient.
            """)

    static let askAgain = Option(
        "ask-again", value: .integer("DAYS", 0...36_500), section: "Afterwards",
        help: """
            Where files stay: ask the server about what it confirmed more than so many days ago, and send what it has lost. \
            With 0, about everything that was confirmed before this start.
            """)

    static let interval = Option(
        "interval", value: .seconds(1...86_400), defaultText: "60", section: "Running",
        help: "Time from one look at the folder to the next.")
    static let once = Option(
        "once", section: "Running",
        help: """
            Make a single pass, and leave: with 0 when everything was confirmed, 75 when something remains, 76 when the \
            server can't be trusted or its receipt key has changed, 77 when the login was denied.
            """)
    static let afterBoot = Option(
        "after-boot", value: .seconds(), section: "Running",
        help: "Begin only when this machine has been running for so long; SIGUSR1 begins at once.")
    static let onIdle = Option(
        "on-idle", value: .text("COMMAND"), section: "Running",
        help: """
            Run COMMAND (by /bin/sh) when everything is sent and the server was reached, once each time, as to switch the device \
            off. Nothing waits for it; after 10 minutes it is ended.
            """)
    static let whileSending = Option(
        "while-sending", value: .text("COMMAND"), section: "Running",
        help: """
            Run COMMAND (by /bin/sh) while files are sent; its input ends when it is to end: 'systemd-inhibit --what=sleep:shutdown cat' \
            keeps the device awake.
            """)
    static let dryRun = Option(
        "dry-run", section: "Running",
        help: """
            Tell of each file whether it would be sent or wiped now, or why not, and leave. Nothing is sent, changed or \
            noted; a client that works on the folder goes on.
            """)
    static let forgetTime = Option(
        "forget-time", section: "Running",
        help: """
            Begin without the latest time that a server has told. It is remembered for devices without a clock of their own, whose \
            certificates are checked as of then; forget it when it was wrong, and they seem to have expired.
            """)
    static let state = Option(
        "state", value: .text("FOLDER"), section: "Running",
        help: """
            Where to keep what was sent. Default: $STATE_DIRECTORY, $XDG_STATE_HOME/auto-upload, or \
            ~/.local/state/auto-upload.
            """)
}
