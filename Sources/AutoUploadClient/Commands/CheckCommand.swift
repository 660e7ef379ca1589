import CommandLine
import Platform

/// The command that goes through all that has to be right, and says of each point that it is, or what to do.
enum CheckCommand {
    static let name = "check"

    static let command = Command(
        name, required: [Options.servername, Options.username, Options.folder],
        help:
            "Look whether all is right for the work with these options: folder, rights, leases, wiping, state, clock, interface, name, route, "
            + "connection, certificate, login. Each is told with what to do about it; leaves with 0 when nothing failed. Sends no file."
    )

    static func run(
        _ configuration: Configuration, _ target: ServerTarget, _ transfer: TransferGuard
    ) -> ExitCode {
        let list = Checklist()
        LocalChecks(configuration: configuration, list: list, time: target.time).run()
        NetworkChecks(configuration, target, transfer, list).run()
        return list.exitCode
    }
}
