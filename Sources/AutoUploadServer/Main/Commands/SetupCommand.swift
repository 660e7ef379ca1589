import CommandLine
import Platform

/// Has the script that is installed beside this program make what a first start needs: certificates come from openssl, and the user's
/// password from who sits there.
enum SetupCommand {
    static let command = Command(
        "setup",
        options: [user],
        help:
            "Make what a first start needs, as far as it isn't there: an example certificate, the storage folder, a first user. As root, "
            + "with --config and --run-as; the certificate is for --address, or this machine's name.")

    private static let user = Option(
        "first-user", value: .text("USER"), defaultText: "camera", section: "Commands",
        help: "Who may upload at first.")

    static func run(_ arguments: ParsedArguments) throws(ProgramError) -> Never {
        var words: [String] = ["--user", try arguments.string(of: user)]
        for (word, option) in [("--config", Option.config), ("--run-as", ProcessOptions.runAs)] {
            if let text = arguments.optionalString(of: option) { words += [word, text] }
        }
        if let name = arguments.optionalString(of: ServerOptions.address) { words.append(name) }
        do throws(SystemError) {
            try execute(try script(), words)
        } catch {
            throw ProgramError(
                "the script that setup runs can't be run: \(error); it is installed with the program",
                exitCode: .noInput)
        }
    }

    private static func script() throws(SystemError) -> String {
        let program = try canonicalPath("/proc/self/exe")
        guard let (folder, _) = splitPath(program), let (prefix, _) = splitPath(folder) else {
            throw SystemError("find the folder of", escaped(program), errno: .noEntry)
        }
        return "\(prefix)/share/auto-upload/setup"
    }
}
