import Platform
import SQLite
import Testing

@testable import AutoUploadClient

@Suite("What is said of a state that can't be used")
struct StateErrorTests {
    private static let locked = SQLiteError(code: 5, message: "database is locked")

    @Test("the option and the path are named, and what the system said")
    func names() throws {
        let recordings = try RecordingsFolder()
        try recordings.write("x", to: "file")
        for place in ["file", "file/state"] {
            let error = #expect(throws: StateError.self) { try ClientState.open(folder: recordings.path(place)) }
            #expect(error?.description.hasPrefix("--state \(recordings.path(place)): ") == true, "\(error as Any)")
        }
        let failed = StateError.database(
            operation: "open the state", path: "/a/state.sqlite",
            SQLiteError(code: 14, message: "unable to open", cause: .accessDenied))
        #expect(
            failed.description
                == "--state /a/state.sqlite: can't open the state: unable to open (Permission denied)")
        #expect(StateError.tooNew(path: "/a", version: 99).description.hasPrefix("--state /a: "))
    }

    @Test("where files can't be locked, a local disk is advised; where they can, another program has it")
    func advises() {
        for magic in [0xff53_4d42, 0x6969, 0x6573_5546] as [UInt64] {
            // SQLITE_BUSY, SQLITE_IOERR (of which a failed lock is one), SQLITE_PROTOCOL
            for code in [5, 10, 15] as [CInt] {
                let error = SQLiteError(code: code, message: "no")
                #expect(
                    StateError.advice(on: FileSystemKind(magic: magic), error).contains(
                        "keep it on a local disk, by --state"))
            }
        }
        for share in [FileSystemKind.cifs, .smb] {
            #expect(StateError.advice(on: share, Self.locked).contains("nobrl"))
        }
        #expect(!StateError.advice(on: .fuse, Self.locked).contains("nobrl"))
        #expect(StateError.advice(on: FileSystemKind(magic: 0xef53), Self.locked).contains("another program"))
        let damaged = SQLiteError.damaged("bad")
        #expect(StateError.advice(on: FileSystemKind(magic: 0xff53_4d42), damaged).isEmpty)
    }
}
