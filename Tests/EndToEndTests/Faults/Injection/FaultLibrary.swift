import Foundation
import TestSupport
import Testing

/// The library of Tests/FaultInjection, compiled once for a run of the tests.
enum FaultLibrary {
    static let reason: Comment = "this needs a C compiler (clang or cc)"

    /// Whether there is a compiler. That it compiles isn't asked: an error in it must not pass for a missing compiler.
    static let isAvailable = compiler != nil

    static let path = Result {
        guard let compiler else { throw Failure("no C compiler") }
        let library = folder.path("faults.so")
        let sources = try FileManager.default.contentsOfDirectory(atPath: source).filter { $0.hasSuffix(".c") }
        let options = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-o", library]
        let compiled = try RunningProgram.run(
            "/usr/bin/env", [compiler] + options + sources.sorted().map { "\(source)/\($0)" } + ["-ldl", "-lpthread"])
        guard compiled.status == 0 else { throw Failure("\(compiler): \(compiled.error)") }
        return library
    }

    private static let folder: ScratchFolder = {
        // A static value is never destroyed; the folder goes at the end of the process all the same.
        guard let folder = try? ScratchFolder("faults") else { preconditionFailure("no scratch folder") }
        atexit { try? FileManager.default.removeItem(atPath: FaultLibrary.folder.path) }
        return folder
    }()

    private static let compiler = ["clang", "cc"].first { name in
        (try? RunningProgram.run("/usr/bin/env", [name, "--version"]))?.status == 0
    }

    private static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("FaultInjection").path
}
