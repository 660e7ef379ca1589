import Foundation
import TestSupport

/// What other processes see of one.
enum ProcessView {
    /// The fields of /proc/PID/task/…/status, for each thread that lives.
    static func threads(of process: Int32) throws -> [[String: String]] {
        let folder = "/proc/\(process)/task"
        return try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { thread in
            guard let text = try? String(contentsOfFile: "\(folder)/\(thread)/status", encoding: .utf8) else {
                return nil
            }
            let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
                let parts = line.split(separator: ":", maxSplits: 1)
                return parts.count == 2 ? (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)) : nil
            }
            return Dictionary(pairs) { $1 }
        }
    }

    /// A line of /proc/PID/limits.
    static func limit(_ name: String, of process: Int32) throws -> Substring? {
        let text = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
        return text.split(separator: "\n").first { $0.hasPrefix(name) }
    }

    /// All that /proc has of it, but for its memory.
    static func files(of process: Int32) throws -> [String: String] {
        var found: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)") {
            if ["mem", "pagemap", "clear_refs"].contains(name) { continue }
            if let data = FileManager.default.contents(atPath: "/proc/\(process)/\(name)") {
                found["/proc/\(process)/\(name)"] = String(decoding: data, as: UTF8.self)
            }
        }
        return found
    }

    /// What everybody sees of all, with the environment where that is shown.
    static func list() throws -> String {
        try RunningProgram.run("/usr/bin/env", ["ps", "axeww"]).output
    }
}
