import Foundation
import TestSupport

extension RunningProgram {
    /// The most memory that the process has had resident so far, in bytes (VmHWM of /proc/PID/status).
    func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let kibibytes = line?.split(separator: " ").dropLast().last.flatMap({ Int($0) }) else {
            throw Failure("no VmHWM")
        }
        return kibibytes << 10
    }

    /// Lets `peakMemory` count from now on: what a login's hash took is over (proc(5), clear_refs).
    func forgetPeakMemory() throws {
        try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/\(processID)/clear_refs"))
    }
}
