import Foundation
import TestSupport

extension RunningProgram {
    /// Whether each thread of the process waits for something that isn't a disk (proc(5), stat).
    func isAsleep() throws -> Bool {
        let threads = "/proc/\(processID)/task"
        return try FileManager.default.contentsOfDirectory(atPath: threads).allSatisfy { thread in
            let stat = try String(contentsOfFile: "\(threads)/\(thread)/stat", encoding: .utf8)
            return stat.split(separator: ")").last?.hasPrefix(" S ") == true
        }
    }
}
