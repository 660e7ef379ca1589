import Platform
import Synchronization
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

/// Servers that can't be reached any more, though nobody says so; and one that is merely slow.
@Suite("Dead links")
struct DeadLinkTests {
    /// So little patience that a test needs none.
    private func context(_ rig: ClientRig, _ server: FakeServer) throws -> PassContext {
        let context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        context.setup.target.patience = LinkPatience(keepAlive: 1, unacknowledgedSeconds: 1)
        return context
    }

    private func reason(_ result: PassResult) -> String {
        if case .broken(let reason)? = result.failure { reason } else { "\(String(describing: result.failure))" }
    }

    @Test("packets that vanish while a file is sent end the pass, long before the server's time to answer is over")
    func sending() throws {
        let rig = try ClientRig()
        try rig.write(count: 30 << 20, to: "clip")
        let server = try FakeServer { heard, honest, _ in
            if case .data = heard { [.vanish] } else { honest }
        }
        let result = try rig.pass(context(rig, server))
        #expect(reason(result).contains("the link is dead"))
        #expect(result.remaining == 1 && rig.isThere("clip"))
    }

    @Test("packets that vanish while an answer is awaited end the pass", arguments: [0.5, 1e6])
    func waiting(_ pingSeconds: Double) throws {
        let rig = try ClientRig()
        try rig.write(count: 1000, to: "clip")
        let server = try FakeServer { heard, honest, _ in
            if case .message(.finish) = heard { [.vanish] } else { honest }
        }
        var context = try context(rig, server)
        context.setup.pingSeconds = pingSeconds
        let result = try rig.pass(context)
        // What isn't acknowledged is a ping, or else the kernel's own questions, of which it may tell itself.
        let reason = reason(result)
        #expect(reason.contains("the link is dead") || (pingSeconds > 1 && reason.contains("timed out")), "\(reason)")
        #expect(result.remaining == 1)
    }

    @Test("a server that is there and takes nothing for long isn't given up")
    func slow() throws {
        let looks = Monitor(0)
        let rig = try ClientRig { _ in
            looks.change { $0 += 1 }
            return true
        }
        try rig.write(count: 30 << 20, to: "clip")
        let mayGoOn = Atomic(false)
        let server = try FakeServer { heard, honest, _ in
            if case .data = heard, !mayGoOn.exchange(true, ordering: .relaxed) {
                // The client looks at its interface once a second, whatever else it waits for.
                let before = looks.withLock { $0 }
                looks.wait { $0 >= before + 5 ? () : nil }
            }
            return honest
        }
        let result = try rig.pass(context(rig, server))
        #expect(result.failure == nil && result.remaining == 0, "\(reason(result))")
    }
}
