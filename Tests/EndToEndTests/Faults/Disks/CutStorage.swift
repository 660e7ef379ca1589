import Foundation
import Platform
import TestSupport

/// A storage on a disk of its own, whose power is cut at one of its server's calls.
struct CutStorage {
    /// Of the call.
    let number: UInt64
    let disk: Disk
    let site: Site
    private let plan: FaultPlan

    /// What a power cut has left.
    struct Remains<Known> {
        /// Whether the call was reached.
        let hasFired: Bool
        /// What had been told by then.
        let known: Known
        let disk: Disk
    }

    init(_ number: UInt64) throws {
        self.number = number
        disk = try Disk(mebibytes: 64)
        try FileManager.default.createDirectory(atPath: disk.outside("storage"), withIntermediateDirectories: true)
        site = try Site(storage: disk.path + "/storage")
        plan = try FaultPlan(folders: [site.storage])
    }

    /// Cuts the power when the call is reached, or the job is done.
    func cut<Known>(
        knowing known: () -> Known, during job: @escaping @Sendable (TestServer) throws -> Void
    ) throws -> Remains<Known> {
        let server = try TestServer(site, environment: plan.environment(), through: disk.entering)
        try plan.fail(number...number, with: .hold)
        let done = Monitor(false)
        try Platform.Thread.detach {
            try? job(server)
            done.withLock { $0 = true }
        }
        guard try eventually({ try plan.hasFired || done.withLock { $0 } }) else { throw Failure("it hangs") }
        let (hasFired, known) = (try plan.hasFired, known())
        let after = try disk.afterPowerCut()
        try plan.stop()
        try server.kill()
        return Remains(hasFired: hasFired, known: known, disk: after)
    }

    /// Path → SHA-256 of what a disk has.
    func stored(on disk: Disk) throws -> [String: String] {
        let folder = disk.outside("storage/\(Fixtures.user)")
        guard FileManager.default.fileExists(atPath: folder) else { return [:] }
        return try Tree.digests(of: folder).filter { $0.key != Site.marker }
    }
}
