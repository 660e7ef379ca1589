import CommandLine
import Platform
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

@Suite("State from pass to pass")
struct KeptStateTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("kept-state")
    }

    private func configuration(for scratch: ScratchFolder) throws -> Configuration {
        let folder = try scratch.makeFolder("recordings")
        let words = [
            "auto-upload-client", "-s", "h", "-u", "u", "-p", "p", "-f", folder, "--state", scratch.path("state"),
        ]
        guard case .run(let parsed) = try Options.parser.parse(ArgumentVector(words)) else {
            throw ProgramError("it shows something instead", exitCode: .software)
        }
        return try Configuration(parsed) { _ in nil }
    }

    /// A pass in which the state loses its room.
    private func losingRoom(_ configuration: Configuration) throws -> Workplace.KeptState? {
        let workplace = try Workplace.open(configuration)
        try workplace.state.leaveNoRoom(after: "INSERT ON main.confirmations")
        try workplace.state.record(try confirmation(.of("a")))
        #expect(!workplace.state.isDurable)
        return workplace.keptState
    }

    @Test("what went into memory in the midst of a pass is known to the next one, and then written down")
    func survivesPass() throws {
        let configuration = try configuration(for: scratch)
        let kept = try #require(try losingRoom(configuration))
        let next = try Workplace.open(configuration, keeping: kept)
        #expect(try next.state.confirmation(of: .of("a")) != nil)
        next.state.moveToDisk()
        #expect(next.state.isDurable)
        let onDisk = try ClientState.openToRead(folder: next.state.folder)
        #expect(try onDisk.confirmation(of: .of("a")) != nil)
    }

    @Test(
        "the daemon knows in its next pass what it could only keep in memory, on a card with the recordings",
        .enabled(if: OwnMounts.arePossible, OwnMounts.reason))
    func daemon() throws {
        let (remaining, offers, queries) = try OwnMounts.run {
            let rig = try ClientRig()
            let card = rig.scratch.path
            try OwnMounts.mountMemory(on: card, mebibytes: 16)
            let server = try FakeServer { heard, honest, _ in
                // From the first offer on, of which the state knows, there is no room.
                if case .message(.offer) = heard { try fillDisk(card + "/filler") }
                return honest
            }
            let configuration = try configuration(for: rig.scratch)
            try rig.write("one", to: "one")
            let context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
            let daemon = Daemon(configuration, context, gate: InterfaceGate([]), stop: rig.stop)
            let remaining = try (0..<2).map { _ in try daemon.pass().remaining }
            return (remaining, server.offers.count, server.queries.count)
        }
        #expect(remaining == [0, 0])
        #expect(offers == 1 && queries == 0, "sent, or asked about, again")
    }
}
