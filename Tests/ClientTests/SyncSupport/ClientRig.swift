import Domain
import Platform
import TestSupport
import Testing
import Transport

@testable import AutoUploadClient

/// A client in this process: a folder, a state and a pass over them, against a server that the test has made.
final class ClientRig {
    let scratch: ScratchFolder
    let stop = StopRequest()
    private let lines = Shared<[String]>([])
    private let deletes: Bool
    private let interface: (String) -> Bool

    init(deletes: Bool = false, interface: @escaping (String) -> Bool = { _ in true }) throws {
        Signals.ignoreNuisances()
        scratch = try ScratchFolder("sync")
        try scratch.makeFolder("recordings")
        self.deletes = deletes
        self.interface = interface
    }

    /// The same folder and state, with another wish.
    init(continuing rig: ClientRig, deletes: Bool) throws {
        scratch = rig.scratch
        interface = rig.interface
        self.deletes = deletes
    }

    /// A single look is enough, as long as the test changes no file behind it.
    static let atOnce = SettleRules(settleSeconds: 0, settleUnknownSeconds: 0, tickSeconds: 0, coarseTickSeconds: 0)

    /// What was logged.
    var log: [String] { lines.withLock { $0 } }

    func write(_ text: String, to name: String) throws {
        try scratch.write(text, to: "recordings/" + name)
    }

    func write(count: Int, to name: String) throws {
        try scratch.write([UInt8](repeating: 0x61, count: count), to: "recordings/" + name)
    }

    func setModified(_ name: String, _ time: FileTime) throws {
        try WatchedFolder(path: scratch.path("recordings")).open(.of(name), .readingAndWriting).setModified(time)
    }

    func isThere(_ name: String) -> Bool {
        (try? scratch.bytes(of: "recordings/" + name)) != nil
    }

    func fingerprint(of name: String) throws -> Fingerprint {
        Fingerprint(try Directory.open(path: scratch.path("recordings")).status(of: #require(FileName(name))))
    }

    func openState() throws -> ClientState { try ClientState.open(folder: scratch.path("state")) }

    /// As if the card had been mounted anew, with numbers made up anew.
    func remount(_ name: String) throws {
        let state = try openState()
        let record = try #require(try state.confirmation(of: .of(name)))
        let old = record.fingerprint
        let identity = FileIdentity(
            device: old.identity.device, inode: old.identity.inode ^ 0xFFFF_0000, born: old.identity.born)
        let fingerprint = Fingerprint(
            identity: identity, size: old.size, modified: old.modified, changed: old.changed)
        try state.record(
            ConfirmationRecord(
                path: record.path, fingerprint: fingerprint, digest: record.digest, remotePath: record.remotePath,
                storedPath: record.storedPath, receipt: nil, confirmedAt: record.confirmedAt))
    }

    /// Paths of what the state says was confirmed.
    func confirmed(_ names: [String]) throws -> [String] {
        let state = try openState()
        return try names.filter { name in
            let path = try #require(LocalPath(bytes: Array(name.utf8)))
            return try state.confirmation(of: path) != nil
        }
    }

    func context(
        for server: FakeServer, trusting certificates: TestCertificates.Files, host: String = "127.0.0.1",
        settle: SettleRules = ClientRig.atOnce, addresses: ServerAddresses = ServerAddresses(),
        holds: Holds = Holds(HoldTable()), appenders: Appenders = Appenders(), time: KnownTime = KnownTime(),
        forgetsTime: Bool = false, kept: KeptCopies? = nil
    ) throws -> PassContext {
        let name = try ServerName("\(host):\(server.port)")
        let target = ServerTarget(
            server: name, user: "camera", password: Password(SecretBytes("secret".utf8)),
            context: try TLSContext(authorities: certificates.authority, minimum: .tls13), addresses: addresses,
            time: time)
        let gate = InterfaceGate(
            ["test0"], isUsable: interface, log: { [lines] line in lines.withLock { $0.append(line.text) } },
            binds: false)
        let output = Reporter.Output(
            log: { [lines] new in lines.withLock { $0 += new.map(\.text) } }, draw: nil, columns: { 80 })
        let setup = PassSetup(
            planner: Planner(deletes: deletes, prefix: nil, rules: settle, keptCopies: kept), target: target,
            transfer: TransferGuard(stop: stop, gate: gate), reporter: Reporter(output))
        return PassContext(
            setup: setup,
            memory: PassMemory(holds: holds, appenders: appenders, forgetsTime: forgetsTime))
    }

    /// One pass.
    func pass(_ context: PassContext) throws -> PassResult {
        let folder = try WatchedFolder(path: scratch.path("recordings"))
        return try Pass(context: context, folder: folder, state: try openState()).run()
    }

    /// One pass against a server with its own certificate.
    func pass(against server: FakeServer) throws -> PassResult {
        try pass(try context(for: server, trusting: TestCertificates.trusted.get()))
    }
}

extension FakeServer {
    convenience init(_ script: @escaping Script = { _, honest, _ in honest }) throws {
        try self.init(TestCertificates.trusted.get(), script: script)
    }
}

/// A value that threads share.
final class Shared<Value: Sendable>: Sendable {
    private let value: Monitor<Value>

    init(_ value: Value) {
        self.value = Monitor(value)
    }

    func withLock<R: Sendable>(_ body: (inout Value) throws -> R) rethrows -> R {
        try value.withLock { value in try body(&value) }
    }
}

enum Digest {
    static func of(_ bytes: [UInt8]) -> ContentDigest? { ContentHasher.digest(of: bytes) }
}

extension ClientRig {
    /// Makes passes until the files are wiped. A child that another test starts holds copies of every descriptor until it
    /// becomes another program, and what somebody seems to have open isn't wiped: then it takes another pass.
    func passUntilGone(_ names: [String], against server: FakeServer) throws -> PassResult {
        var result = try pass(against: server)
        // That may take a child long on a machine that has much to do.
        for _ in 0..<2000 where names.contains(where: isThere) {
            Thread.sleep(seconds: 0.002)
            result = try pass(against: server)
        }
        return result
    }
}
