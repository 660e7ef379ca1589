import Platform
import TestSupport
import Testing

extension FaultTests {
    /// Every call of the file system that adduser makes, made to fail in its turn.
    @Suite("Sweep of adduser")
    struct AddUserSweepTests {
        @Test(
            "whichever call fails: the password file is the old one or the new one, and the next finds it fit",
            arguments: Sweep.all)
        func sweep(_ sweep: Sweep) async throws {
            try await onThread {
                try sweep.run(oneIn: 1, atLeast: 20) { number, trouble in try Self.round(number, trouble) }
            }
        }

        private static func round(_ number: UInt64, _ trouble: Trouble) throws -> Bool {
            let folder = try ScratchFolder("users")
            let before = try Fixtures.users.get()
            try folder.write(before, to: "users")
            let plan = try FaultPlan(folders: [folder.path])
            try plan.fail(from: number, with: trouble)
            let faulty = try add(folder, try plan.environment())
            let comment = plan.description(number, trouble)
            #expect(faulty.isOrderly || trouble.fault == .kill && faulty.wasKilled, "\(comment): \(faulty)")
            let after = try folder.bytes(of: "users")
            let isNew = after.starts(with: before) && after.count > before.count
            #expect(isNew || after == before, "\(comment): \(String(decoding: after, as: UTF8.self))")
            if faulty.status == 0 { #expect(isNew, "\(comment): it says that the user was added") }
            let next = try add(folder)
            // Who is in the file already can't be added again.
            #expect(next.status == (isNew ? 73 : 0), "\(comment): \(next.error)")
            let last = try folder.bytes(of: "users")
            #expect(last.starts(with: before) && last.count > before.count, comment)
            return try plan.hasFired
        }

        private static func add(
            _ folder: ScratchFolder, _ environment: [String: String] = [:]
        ) throws -> RunningProgram.Outcome {
            try RunningProgram.run(
                Binaries.adduser, ["-u", "new", "-f", folder.path("users"), "--force"] + Fixtures.cheapHash,
                environment: environment, standardInput: "another horse battery\n")
        }
    }
}
