import Accounts
import Platform
import TestSupport
import Testing
import Transport
import Wire

@testable import AutoUploadServer
@testable import Connections
@testable import Events
@testable import Logins
@testable import Receipts
@testable import Storage
@testable import WebFace

/// A server within this process, over real TLS on loopback, whose limits a test may choose and whose events it can await.
final class TestServer: Sendable {
    let scratch: ScratchFolder
    let services: Services
    private let listener: Listener
    private let events: Monitor<[String]>
    private let happened: Event
    private let isOver = Monitor(false)

    static let user = "camera"
    static let password = "correct horse"

    /// - Parameter scratch: of another server, whose vault was retired.
    init(
        _ limits: Limits = Limits(), partials rules: PartialRules = PartialRules(),
        flushing calls: FlushCalls = FlushCalls(), in scratch: ScratchFolder? = nil
    ) throws {
        let isNew = scratch == nil
        let scratch = try scratch ?? ScratchFolder("server")
        let certificates = try ExampleCertificates.loopback.get()
        let events = Monitor<[String]>([])
        self.scratch = scratch
        self.events = events
        let happened = Event()
        self.happened = happened
        if isNew { try scratch.makeFolder("storage") }
        let vault = try Vault(
            Storage.opened(folder: scratch.path("storage")), rights: AccessRights(), partials: rules,
            flushing: calls)
        let users = try scratch.write(TestUsers.file.get(), to: "users")
        let gate = LoginGate(
            accounts: try AccountDirectory(path: users, patience: 600) { _ in }, verified: try VerifiedLogins(),
            codes: OneTimeCodes(),
            tokens: LoginTokens(lifetime: limits.tokenLifetime),
            simultaneous: 2, patience: limits.loginQueue)
        let reading = ReadingGate(simultaneous: 2)
        services = Services(
            certificate: try ServerCertificate(
                chain: certificates.chain, key: certificates.key, minimum: .tls13,
                protocols: [ProtocolLimits.applicationProtocol]),
            vault: vault, gate: gate, receipts: try #require(ReceiptKeyring.make()),
            registry: ConnectionRegistry(limits.admission) { number in
                gate.withdraw(number)
                reading.withdraw(number)
            },
            slots: UploadSlots(inAll: limits.openUploadsInAll, perUser: limits.openUploadsPerUser), limits: limits,
            reading: reading, software: "auto-upload-server/test",
            log: { new in
                events.change { $0 += new.map(\.logLine.text) }
                happened.signal()
            })
        listener = try Listener(on: #require(resolve(host: "127.0.0.1", port: 0, passive: true).first))
        try accept()
    }

    deinit {
        isOver.change { $0 = true }
        services.registry.stop()
    }

    private func accept() throws {
        let (door, services, isOver) = (Door(listener: listener), services, isOver)
        try Thread.detach {
            while !isOver.change({ $0 }) {
                guard var socket = try? door.listener.accept(until: .after(seconds: 0.1)) else { continue }
                guard case .success(let number) = services.registry.admit(&socket) else { continue }
                let handOver = Monitor<Box?>(Box(socket))
                try? Thread.detach {
                    guard let socket = handOver.change({ $0 })?.take() else { return }
                    Reception.serve(socket, by: door, services, registered: number, web: WebRules(drops: nil))
                }
            }
        }
    }

    /// Carries what has one owner into a closure.
    private final class Box: @unchecked Sendable {
        // Sendable: only the thread that it was made for takes from it.
        private var socket: Socket?

        init(_ socket: consuming Socket) {
            self.socket = consume socket
        }

        func take() -> Socket? { socket.take() }
    }

    var port: UInt16 { listener.address.port }

    /// Waits for an event whose line contains all of these; one thread at a time.
    func event(_ parts: String...) throws -> String {
        let deadline = Deadline.after(seconds: 30)
        while true {
            let lines = lines
            if let line = lines.first(where: { line in parts.allSatisfy { line.contains($0) } }) { return line }
            guard happened.wait(until: deadline) else { throw Missing(event: parts, lines: lines) }
        }
    }

    struct Missing: Error {
        let event: [String]
        let lines: [String]
    }

    /// What was reported so far.
    var lines: [String] { events.change { $0 } }
}

/// A password file with one cheap hash, made once.
enum TestUsers {
    static let file = Result {
        let folder = try ScratchFolder("users")
        let made = try RunningProgram.run(
            Binaries.adduser,
            ["-u", TestServer.user, "-f", folder.path("users"), "--force", "--memory", "19456", "--iterations", "2"]
                + ["--parallelism", "1"], standardInput: TestServer.password + "\n")
        try #require(made.status == 0, "\(made.error)")
        return try folder.text(of: "users")
    }
}
