import CommandLine
import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

@Suite("State from pass to pass")
struct KeptStateTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("kept-state")
    }

    private func configuration() throws -> Configuration {
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
        let configuration = try configuration()
        let kept = try #require(try losingRoom(configuration))
        let next = try Workplace.open(configuration, keeping: kept)
        #expect(try next.state.confirmation(of: .of("a")) != nil)
        next.state.moveToDisk()
        #expect(next.state.isDurable)
        let onDisk = try ClientState.openToRead(folder: next.state.folder)
        #expect(try onDisk.confirmation(of: .of("a")) != nil)
    }
}
