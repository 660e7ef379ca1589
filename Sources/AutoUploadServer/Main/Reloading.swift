import CommandLine
import Connections
import Events
import Platform

/// Takes over what the configuration file says by now, as far as that can be done while the server serves; what stands on the command
/// line stays.
final class Reloading: Sendable {
    private let parser: CommandLineParser
    private let storehouse: Storehouse
    /// As of the start: what can't be taken over is compared with that.
    private let first: ParsedArguments
    private let last: Monitor<ParsedArguments>

    init(_ arguments: ParsedArguments, parser: CommandLineParser = ServerOptions.parser, _ storehouse: Storehouse) {
        (first, last) = (arguments, Monitor(arguments))
        (self.parser, self.storehouse) = (parser, storehouse)
    }

    /// What counts for connections that come from then on.
    static let options = [
        LimitOptions.connections, LimitOptions.perAddress, LimitOptions.beforeLogin, LimitOptions.openUploads,
        LimitOptions.openUploadsPerUser, LimitOptions.handshake, LimitOptions.login, LimitOptions.frame,
        LimitOptions.stall, LimitOptions.lowestRate, LimitOptions.idle, LimitOptions.send, LimitOptions.shutdown,
    ]

    /// Says what it has taken, and what counts from the next start on only.
    func run() {
        do throws(ProgramError) {
            let new = try parser.reread(first)
            let changed = last.withLock { last in
                defer { last = new }
                return Self.options.filter { !new.isSame($0, as: last) }
            }
            var limits = try Limits(new)
            let warning = limits.fit(openFiles: ProcessLimits.raiseOpenFiles())
            if !changed.isEmpty { storehouse.take(limits) }
            report(changed.map(\.written), later(new).map(\.written))
            if let warning, !changed.isEmpty { storehouse.services.report(.warning(warning)) }
        } catch {
            storehouse.services.report(.notReloaded(error.message))
        }
    }

    private func later(_ new: ParsedArguments) -> [Option] {
        let taken = Set(Self.options.map(\.name))
        return parser.options.filter { !taken.contains($0.name) && !new.isSame($0, as: first) }
    }

    private func report(_ taken: [String], _ later: [String]) {
        storehouse.services.report(.reloaded(taken, atNextStart: later))
    }
}
