import Accounts
import CommandLine
import Platform

/// The table of adduser's options.
enum AddUserOptions {
    static let username = Option("username", letter: "u", value: .text("NAME"), help: "The user's name.")
    static let password = Option(
        "password", letter: "p", value: .secret("PASSWORD"),
        help: "The password. Better left out: it is asked for then, or read from standard input, one line.")
    static let force = Option("force", help: "Take the password even if it is weak.")
    static let filename = Option(
        "filename", letter: "f", value: .text("FILE"), isRequired: true,
        help: "The password file; made, for its owner only, if it isn't there.")
    static let quota = Option(
        "quota", value: .text("SIZE"),
        help: "Bytes that the user may store in all, also as in 500M or 2G; none for no limit.")
    static let prefix = Option(
        "prefix", value: .anyText("DIR"),
        help: "Folders within the user's own, below which all of the user's files go; '' for none.")
    static let totp = Option(
        "totp",
        help: "Have the user give one-time codes besides the password (TOTP): makes a seed, and shows it once.")
    static let noTOTP = Option("no-totp", help: "Have the user give no one-time codes any more.")
    static let role = Option(
        "role", value: .text("ROLE"),
        help: "What the user may at the admin site: admin, viewer (sees all, changes nothing) or none.")
    static let lock = Option("lock", help: "Keep the user out, whose connections end; with --update. Nothing is lost.")
    static let unlock = Option("unlock", help: "Let the user in again; with --update.")
    static let update = Option(
        "update", section: "Instead of adding",
        help: """
            Give the user another password; with another of these options and without --password, only that.
            """)
    static let remove = Option(
        "remove", section: "Instead of adding", help: "Remove the user. What the user has uploaded stays.")
    static let list = Option(
        "list", section: "Instead of adding",
        help: "Show the users' names, one a line, each with its role if it has one.")
    static let importDropzone = Option(
        "import-dropzone", value: .text("FILE"), section: "Instead of adding",
        help: "Add the users of this password file of the Dropzone-backup server, with their passwords and prefixes.")
    static let memory = cost(
        "memory", "KIB", Argon2Parameters.owaspMinimum.memory...Argon2Parameters.largestMemory,
        Argon2Parameters.recommended.memory, "Memory that a login takes, in KiB.")
    static let iterations = cost(
        "iterations", "N", Argon2Parameters.owaspMinimum.iterations...Argon2Parameters.mostIterations,
        Argon2Parameters.recommended.iterations, "Passes over the memory.")
    static let parallelism = cost(
        "parallelism", "N", 1...Argon2Parameters.mostParallelism, Argon2Parameters.recommended.parallelism,
        "Lanes that the memory is divided into.")

    static let table = [
        username, password, force, filename, quota, prefix, totp, noTOTP, role, lock, unlock, update, remove, list,
        importDropzone,
        memory,
        iterations, parallelism,
    ]

    /// What is set for a user.
    static let forUsers = [password, force, quota, prefix, totp, noTOTP, role, lock, unlock]

    static let exitCodes: KeyValuePairs<ExitCode, String> = [
        .success: "Done.",
        .usage: "The command line is wrong, or the parameters of the hash are too weak.",
        .dataError:
            "The name can't be used, nor the password, or that is weak, the file is UTF-16, or not every user was taken over.",
        .noInput: "The file, or its folder, can't be read.",
        .noUser: "There is no such user.",
        .operatingSystem: "There is no memory for the hash.",
        .cantCreate: "The name is taken, or the file can't be written.",
        .temporaryFailure: "Somebody else is changing the file.",
    ]

    private static func cost(
        _ name: String, _ value: String, _ range: ClosedRange<UInt32>, _ standard: UInt32, _ help: String
    ) -> Option {
        Option(
            name, value: .integer(value, Int(range.lowerBound)...Int(range.upperBound)), defaultText: String(standard),
            section: "Cost of a password's hash (Argon2id)", help: help)
    }
}
