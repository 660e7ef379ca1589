import Accounts
import CommandLine
import Platform
import WebFace

/// The options that let those without an account drop files.
enum DropOptions {
    static let folder = Option(
        "anonymous", value: .text("NAME"), section: section,
        help:
            "Let browsers and scripts without an account add files to this folder of the storage folder, which no user "
            + "has. Each upload needs the answer to a challenge, which costs its sender some work.")
    static let largestFile = Option(
        "anonymous-max-file-size", value: .size(), defaultText: "1G", section: section,
        help: "The largest file that is taken without an account.")
    static let quota = Option(
        "anonymous-quota", value: .size(), defaultText: "10G", section: section,
        help: "Bytes that all of these files may take together.")
    static let filesPerHour = Option(
        "anonymous-rate", value: .integer("FILES", 1...1_000_000), defaultText: "100", section: section,
        help: "Files an hour that are taken from one address.")

    static let table = [folder, largestFile, quota, filesPerHour]

    private static let section = "Without an account"
}

extension DropRules {
    /// - Returns: nil when nobody may drop anything.
    init?(_ arguments: ParsedArguments) throws(ProgramError) {
        guard let name = arguments.optionalString(of: DropOptions.folder) else { return nil }
        guard let user = try? UserName(name), let folder = FileName(user.text) else {
            throw .usage("--anonymous takes a name as users have: \(escaped(name)) is none")
        }
        self.init(
            folder: folder, largestFile: try arguments.size(of: DropOptions.largestFile),
            quota: try arguments.size(of: DropOptions.quota),
            filesPerHour: try arguments.integer(of: DropOptions.filesPerHour))
    }
}
