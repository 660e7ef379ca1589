import CommandLine
import Platform

/// The options that say what the server's process may do on its machine.
enum ProcessOptions {
    static let runAs = Option(
        "run-as", value: .text("USER"), section: section,
        help:
            "Started by root, become this user once the ports are open. All files are read as this user, now and later."
    )
    static let confine = Option(
        "confine", value: .text("on|off"), defaultText: "on", section: section,
        help:
            "Give up, by Landlock, all files but those in the folders of the options' files and in the folder above the "
            + "storage folder; to run programs; and to open connections.")

    static let table = [runAs, confine]

    private static let section = "Process"

    /// - Returns: nil where nobody is named.
    static func user(_ arguments: ParsedArguments) throws(ProgramError) -> UserIdentity? {
        guard let name = arguments.optionalString(of: runAs) else { return nil }
        guard let user = UserIdentity(named: name) else {
            throw ProgramError(
                "--run-as: there is no user \(escaped(name)) on this machine; adduser --system makes one",
                exitCode: .configuration)
        }
        if user.isRoot { throw .usage("--run-as names a user who has fewer rights than root") }
        return user
    }
}
