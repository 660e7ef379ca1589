import Platform
import Testing

@testable import AutoUploadClient

@Suite("A clock that is late")
struct KnownTimeTests {
    private static let day: Int64 = 86_400
    private let rig: ClientRig
    private let now = currentUnixTime()

    init() throws {
        rig = try ClientRig()
    }

    /// What a device knows whose clock begins in 1970.
    private func time(built days: Int64, isSet: Bool? = false) -> KnownTime {
        KnownTime(built: now - days * Self.day, clock: { 60 }, isClockSet: { isSet })
    }

    private func failure(
        _ time: KnownTime, against server: FakeServer, trusting certificates: TestCertificates.Files? = nil,
        forgetting: Bool = false
    ) throws -> SyncFailure? {
        try rig.write("one", to: "one")
        let context = try rig.context(
            for: server, trusting: try certificates ?? TestCertificates.trusted.get(), time: time,
            forgetsTime: forgetting)
        return try rig.pass(context).failure
    }

    private func server(telling time: Int64 = 0) throws -> FakeServer {
        try FakeServer(TestCertificates.trusted.get(), serverTime: time)
    }

    @Test("a certificate that was made lately is taken as a sign of how late it is")
    func newCertificate() throws {
        let server = try server(telling: now + 5)
        #expect(try failure(time(built: 30), against: server) == nil)
        #expect(try rig.confirmed(["one"]) == ["one"])
        #expect(try rig.openState().latestTime() == now + 5)
    }

    @Test("but not where the clock is known to be set, or nobody knows, nor by more than 60 days")
    func noLeaps() throws {
        let server = try server()
        for time in [time(built: 30, isSet: true), time(built: 30, isSet: nil), time(built: 61)] {
            let failure = try failure(time, against: server)
            guard case .untrusted(let reason) = failure else {
                Issue.record("\(String(describing: failure))")
                continue
            }
            #expect(reason.contains("not yet valid"), "\(reason)")
        }
        #expect(server.everythingHeard.isEmpty)
    }

    @Test("the time of the last login counts after a start, until it is forgotten")
    func remembered() throws {
        try rig.openState().setLatestTime(now)
        let server = try server()
        #expect(try failure(time(built: 90, isSet: true), against: server) == nil)
        #expect(try failure(time(built: 90, isSet: true), against: server, forgetting: true) != nil)
        #expect(try rig.openState().latestTime() == 0)
    }

    @Test("who isn't trusted stays so: another authority, another name, a certificate that has ended")
    func stillChecked() throws {
        let stranger = try TestCertificates.stranger.get()
        let impostor = try FakeServer(stranger)
        #expect(try failure(time(built: 1), against: impostor) != nil)
        #expect(try failure(time(built: 1), against: impostor, trusting: stranger) != nil)
        #expect(impostor.everythingHeard.isEmpty)
        let server = try server()
        // Of a device that has been told a time after the certificate's end.
        let failure = try failure(time(built: -9999), against: server)
        guard case .untrusted(let reason) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason.contains("expired") && reason.contains("--forget-time"), "\(reason)")
        #expect(server.everythingHeard.isEmpty)
    }

    @Test("what a server says moves it by 60 days at most, never back, and never beyond its certificate's end")
    func bounds() {
        let time = KnownTime(built: 1000, clock: { 500 }, isClockSet: { nil })
        #expect(time.now == 1000 && time.isClockLate)
        time.learn(900, until: .max)
        #expect(time.latest == 1000)
        time.learn(.max, until: 2000)
        #expect(time.latest == 2000)
        time.learn(.max, until: .max)
        #expect(time.latest == 2000 + 60 * Self.day)
        time.learn(.min, until: .min)
        #expect(time.latest == 2000 + 60 * Self.day)
        let right = KnownTime(built: 1000, clock: { 1_000_000_000 }, isClockSet: { true })
        right.learn(.max, until: .max)
        #expect(right.latest == 1_000_000_000 + 60 * Self.day && right.isClockLate)
    }

    @Test("half a day's news isn't worth a write")
    func sparesTheCard() throws {
        try rig.openState().setLatestTime(now - 3600)
        #expect(try failure(KnownTime(), against: server(telling: now)) == nil)
        #expect(try rig.openState().latestTime() == now - 3600)
    }
}
