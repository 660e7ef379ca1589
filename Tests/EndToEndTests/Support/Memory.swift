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
}
