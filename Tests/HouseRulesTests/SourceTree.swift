import Foundation
import TestSupport

/// The files of this repository, found from where this file lies.
enum SourceTree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file by its path from the root.
    struct File: Sendable, CustomStringConvertible {
        let path: String

        var description: String { path }

        /// The lines of a text file; none for one that isn't UTF-8.
        var lines: [Substring] {
            guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else { return [] }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.last == "" ? lines.dropLast() : lines
        }
    }

    /// Swift files below the given folders.
    static func swiftFiles(in folders: String...) -> [File] {
        files.filter { file in
            file.path.hasSuffix(".swift") && folders.contains { file.path.hasPrefix($0 + "/") }
        }
    }

    /// What is, or would be, committed: git's list where there is one, else everything but build folders.
    static let files: [File] = (filesByGit ?? filesByWalking).sorted { $0.path < $1.path }

    private static var filesByGit: [File]? {
        let listing = try? Command.run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        guard let listing, listing.status == 0 else { return nil }
        // A file that was deleted but not yet committed is still on git's list.
        return listing.output.split(separator: "\0").map { File(path: String($0)) }
            .filter { FileManager.default.fileExists(atPath: root.appending(path: $0.path).path) }
    }

    private static var filesByWalking: [File] {
        let paths = FileManager.default.enumerator(atPath: root.path)
        var found: [File] = []
        while let path = paths?.nextObject() as? String {
            if path == ".git" || path.hasPrefix(".build") {
                paths?.skipDescendants()
            } else {
                found.append(File(path: path))
            }
        }
        return found
    }
}

/// A program that runs in the repository's root.
enum Command {
    /// Runs a program found on PATH to its end; its errors come with its output.
    static func run(_ words: String...) throws -> (status: Int32, output: String) {
        let outcome = try RunningProgram.run(
            "/usr/bin/env", words, environment: ProcessInfo.processInfo.environment, folder: SourceTree.root.path,
            seconds: 300)
        return (outcome.status, outcome.output + outcome.error)
    }
}
