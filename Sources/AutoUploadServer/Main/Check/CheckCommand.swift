import CommandLine
import Connections
import Platform

/// Goes through all that has to be right for the work, and says of each point that it is, or what to do.
enum CheckCommand {
    static let command = Command(
        "check", required: ServerOptions.table.filter(\.isRequired),
        help:
            "Look whether all is right for the work with these options, also beside the server that runs: password file, certificate, "
            + "storage, receipts, space, clock, ports. Each is told with what to do about it; leaves with 0 when nothing failed. "
            + "Changes nothing.")

    /// Nothing but what stands in files.
    static let filesOnly = Option(
        "check-config", isForCommandLineOnly: true, section: "Other",
        help: "Look whether options, password file and certificate can be used, say what is wrong with them, and leave."
    )

    /// - Parameter filesOnly: what only this machine can show isn't looked at.
    static func run(_ arguments: ParsedArguments, filesOnly: Bool, openFiles: UInt64) throws(ProgramError) -> ExitCode {
        let configuration = try Configuration(arguments)
        let list = Checklist()
        list.passed("options", arguments.optionalString(of: .config).map { "read from \(escaped($0))" } ?? "given")
        let doors = filesOnly ? nil : DoorCheck(configuration)
        if become(configuration, list) {
            FileChecks(configuration, list).run()
            if !filesOnly {
                let isServed = StorageChecks(configuration, list).run()
                doors?.tell(list, isServed: isServed)
                limits(configuration, openFiles, list)
            }
        }
        return list.exitCode
    }

    /// Files are looked at as the server's user.
    private static func become(_ configuration: Configuration, _ list: Checklist) -> Bool {
        do throws(ProgramError) {
            try Confinement(configuration).becomeUser()
        } catch {
            list.failed("user", error.message, "", error.exitCode)
            return false
        }
        if ProcessLimits.isRoot {
            list.warning(
                "user", "root, as whom everything can be read",
                "check as the server's user: name it by --run-as, or use runuser -u USER")
        } else {
            list.passed("user", configuration.runAs.map { escaped($0.name) } ?? "number \(ProcessLimits.userID)")
        }
        return true
    }

    private static func limits(_ configuration: Configuration, _ openFiles: UInt64, _ list: Checklist) {
        var limits = configuration.limits
        guard let warning = limits.fit(openFiles: openFiles) else {
            return list.passed("limits", "\(limits.connections) connections, \(openFiles) open files")
        }
        list.warning("limits", warning)
    }
}
