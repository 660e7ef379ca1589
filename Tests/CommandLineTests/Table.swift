import CommandLine
import Platform

/// A table with an option of every kind.
enum Table {
    static let folder = Option(
        "folder", letter: "f", value: .text("FOLDER"), isRequired: true, help: "Store in FOLDER.")
    static let pwdfile = Option("pwdfile", "pwdfilename", letter: "w", value: .text("FILE"), help: "The users.")
    static let port = Option("port", value: .integer("PORT", 1...65535), defaultText: "443", help: "Listen on PORT.")
    static let delete = Option(
        "deleteafterupload", letter: "d", value: .yesNo, defaultText: "n", help: "Wipe what has been stored.")
    static let password = Option("password", letter: "p", value: .secret("PASSWORD"), help: "The password.")
    static let token = Option("token", value: .secret("TOKEN"), help: "Another secret.")
    static let once = Option("once", letter: "o", section: "How often", help: "A single pass.")
    static let quiet = Option("quiet", letter: "q", section: "How often", help: "Say nothing.")
    static let interval = Option(
        "interval", value: .seconds(), defaultText: "60", section: "How often", help: "Seconds between passes.")
    static let mode = Option("file-mode", value: .permissions, defaultText: "600", help: "Permissions of files.")

    static let room = Option("room", value: .size(1...(1 << 40)), defaultText: "1G", help: "Bytes of room.")

    static let skip = Option("skip", value: .text("NAME"), isRepeatable: true, help: "Leave NAME out.")

    static let parser = CommandLineParser(
        program: "try", summary: "Tries.",
        options: [folder, pwdfile, port, delete, password, token, once, quiet, interval, mode, room, skip, .config])

    /// What `try -f x` and these arguments say.
    static func parse(_ arguments: [String]) throws(ProgramError) -> ParsedArguments {
        try parse(ArgumentVector(["try", "-f", "x"] + arguments))
    }

    static func parse(_ vector: ArgumentVector) throws(ProgramError) -> ParsedArguments {
        switch try parser.parse(vector) {
        case .run(let arguments): return arguments
        case .show(let text): throw ProgramError(text, exitCode: .success)
        }
    }
}

extension ParsedArguments {
    func secretText(of option: Option) -> String? {
        guard let secret = secret(of: option) else { return nil }
        return secret.withBytes { bytes in
            unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }
}
