import CommandLine
import Domain
import Platform
import TestSupport
import Testing

@testable import AutoUploadServer
@testable import Connections
@testable import Storage

/// When what was deleted is removed for good.
@Suite struct TrashUpkeepTests {
    private let server: TestServer
    private let upkeep: TrashUpkeep
    private static let day: Int64 = 86_400
    private let now = currentUnixTime()
    private let instant = Instant.now
    private let camera = FileName(constant: "camera")

    init() throws {
        server = try TestServer()
        let folder = server.scratch.path("storage")
        upkeep = TrashUpkeep(
            Storehouse(server.services, path: folder) { _ throws(ProgramError) in
                throw ProgramError("no other", exitCode: .configuration)
            })
        try server.scratch.write("seen", to: "storage/camera/clip")
        let deleted = server.services.vault.delete([try RemotePath(Array("clip".utf8))], of: camera)
        #expect(try deleted.first?.get() != nil)
    }

    private var isThere: Bool { get throws { try !server.services.vault.trashBatches().isEmpty } }

    private func look(clock: Int64, passed: Int64) {
        upkeep.look(now: now + clock, instant: instant.advanced(bySeconds: Double(passed)))
    }

    @Test("it goes when its time has really passed")
    func passes() throws {
        look(clock: 0, passed: 0)
        look(clock: 6 * Self.day, passed: 6 * Self.day)
        #expect(try isThere)
        look(clock: 8 * Self.day, passed: 8 * Self.day)
        #expect(try !isThere)
        #expect(server.lines.contains { $0.contains("purged ") })
    }

    @Test("a clock that has jumped removes nothing at once, and is told of; set right again it makes no difference")
    func jumps() throws {
        look(clock: 0, passed: 0)
        look(clock: 3650 * Self.day, passed: 3600)
        #expect(try isThere)
        #expect(server.lines.contains { $0.contains("the clock is far after the last look") })
        look(clock: 7200, passed: 7200)
        #expect(try isThere)
        look(clock: 8 * Self.day, passed: 8 * Self.day)
        #expect(try !isThere)
    }
}
