import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

/// The state lies on a disk that others fill, and there is little room, or none.
@Suite("State on a nearly full disk", .enabled(if: OwnMounts.arePossible, OwnMounts.reason))
struct ScarceDiskTests {
    private static let mebibyte = 1 << 20

    /// State that has gone to memory, on a disk whose other file takes all the room.
    private static func stateInMemory(_ folder: String) throws -> ClientState {
        try OwnMounts.mountMemory(on: folder, mebibytes: 16)
        let state = try ClientState.open(
            folder: folder + "/state", orInMemory: true, trying: RetryPolicy(first: 0))
        try fillDisk(folder + "/recording")
        try state.record(try confirmation(.of("first")))
        return state
    }

    @Test("goes back in the midst of a pass only where there is as much room as is set aside, so that it stays there")
    func staysInMemory() throws {
        let scratch = try ScratchFolder("scarce")
        let wasDurable = try OwnMounts.run {
            let state = try Self.stateInMemory(scratch.path)
            var wasDurable = [state.isDurable]
            for mebibytes in [1, 2, 3] {
                try giveBack(mebibytes * Self.mebibyte, of: scratch.path("recording"))
                try state.record(try confirmation(.of("\(mebibytes)")))
                wasDurable.append(state.isDurable)
            }
            return wasDurable
        }
        #expect(wasDurable == [false, false, false, true])
    }

    @Test("goes back at the end of a pass however little room there is, with all that was noted meanwhile")
    func returnsAtEnd() throws {
        let scratch = try ScratchFolder("scarce")
        let (isDurable, isThere) = try OwnMounts.run {
            let state = try Self.stateInMemory(scratch.path)
            try giveBack(Self.mebibyte, of: scratch.path("recording"))
            state.moveToDisk()
            let onDisk = try ClientState.openToRead(folder: state.folder)
            return (state.isDurable, try onDisk.confirmation(of: .of("first")) != nil)
        }
        #expect(isDurable && isThere)
    }
}
