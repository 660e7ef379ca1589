import Foundation
import TestSupport
import Testing

/// Files of another user, and a client that may not ask about those (CAP_LEASE).
enum OtherOwner {
    static let reason: Comment = "this needs root and setpriv (util-linux)"

    static let isPossible: Bool = {
        let tried = try? RunningProgram.run("/usr/bin/env", ["setpriv", "--bounding-set", "-lease", "true"])
        return tried?.status == 0
    }()

    /// Gives a file or folder to somebody else.
    static func take(_ path: String) throws {
        try FileManager.default.setAttributes([.ownerAccountID: 65534], ofItemAtPath: path)
    }

    /// Starts passes that go on.
    static func start(_ client: TestClient, _ options: String...) throws -> RunningProgram {
        try RunningProgram(
            "/usr/bin/env",
            ["setpriv", "--bounding-set", "-lease", Binaries.client]
                + client.arguments(["--interval", "1"] + options),
            environment: client.environment)
    }
}
