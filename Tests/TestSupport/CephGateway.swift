internal import Foundation

/// A real S3 engine of its own on loopback: Ceph's gateway, by scripts/s3-gateway. It ends with this value, or with the tests.
package final class CephGateway: Sendable {
    package let port: UInt16
    private let program: RunningProgram
    private let folder: String

    package static let accessKey = "TESTACCESS"
    package static let secret = "testsecret"

    package static let isInstalled = ["radosgw", "ceph-mon", "ceph-osd", "ceph", "ceph-authtool"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }
    package static let reason = "Ceph isn't installed: scripts/install-dependencies s3"

    /// For tests that leave it as it is, and keep to buckets of their own.
    package static let shared = Result { try CephGateway() }

    /// Why there is none.
    package struct Failed: Error, CustomStringConvertible {
        package let description: String
    }

    package init() throws {
        let parent = FileManager.default.temporaryDirectory
        // Sockets lie in it, whose paths have 107 bytes at most.
        folder = parent.appendingPathComponent("s3-\(UUID().uuidString.prefix(8))").path
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("scripts/s3-gateway").path
        program = try RunningProgram(script, [folder], standardInput: nil)
        let line = program.waitForLine(.output, containing: "ready ", seconds: 300)
        guard let port = line?.split(separator: " ").last.flatMap({ UInt16($0) }) else {
            throw Failed(description: "the gateway didn't start: \(program.text(.error))")
        }
        self.port = port
    }

    /// What is done to the gateway's process, whose data stay.
    package enum Treatment: String, Sendable {
        case kill, start, freeze, thaw
    }

    package func treat(_ treatment: Treatment) throws {
        let before = program.text(.output).split(separator: "\n").count
        program.send(treatment.rawValue + "\n")
        let isDone = program.waitForText(
            .output, String(repeating: "done\n", count: before), seconds: 300)
        guard isDone else { throw Failed(description: "\(treatment.rawValue): \(program.text(.error))") }
    }

    package var endpoint: String { "http://localhost:\(port)" }
}
