import CommandLine
import Platform

/// Makes a file, or each one below a folder, into another beside it.
struct FileTransform {
    static let into = Option(
        "into", value: .text("FOLDER"), section: "Encryption",
        help: "encrypt, decrypt: write to this folder, which must be there, rather than beside each file.")

    /// What was done, for people.
    let done: String
    /// Under which name; nil for what isn't to be dealt with.
    let newName: (FileName) -> FileName?
    /// Reads the file, and writes what it becomes.
    let make:
        (_ source: borrowing FileDescriptor, FileStatus, _ target: borrowing FileDescriptor) throws(FileFlaw) -> Void

    /// Folders within folders, at most.
    private static let depth = 64

    private struct Result {
        var done = 0
        /// Of the first file that wasn't.
        var failure: ExitCode?
    }

    /// - Throws: `ProgramError` for a single file that can't be dealt with; for files of a folder there is a line each.
    func run(_ arguments: ParsedArguments) throws(ProgramError) -> ExitCode {
        guard let path = arguments.operands.first else { throw .usage("FILE or FOLDER is missing") }
        let into = try arguments.optionalString(of: Self.into).map { path throws(ProgramError) in
            try Self.opening(path, "--into") { () throws(SystemError) in try Directory.open(path: path) }
        }
        var result = Result()
        let folder = try? Directory.open(path: path)
        if let folder {
            visit(folder, path, into: into, Self.depth, &result)
        } else {
            try single(path, into, &result)
        }
        printOutput("\(result.done) files \(done)")
        return result.failure ?? .success
    }

    private func single(_ path: String, _ into: Directory?, _ result: inout Result) throws(ProgramError) {
        guard let (above, name) = splitPath(path) else { throw .usage("\(escaped(path)) is no name of a file") }
        guard let target = newName(name) else {
            throw .usage("\(escaped(path)) isn't called as such a file: encrypted ones end in .age, and only they do")
        }
        let folder = try Self.opening(path, "") { () throws(SystemError) in try Directory.open(path: above) }
        _ = try Self.opening(path, "") { () throws(SystemError) in try folder.status(of: name) }
        transform(name, in: folder, path, to: target, in: into ?? folder, &result)
    }

    private static func opening<R: ~Copyable>(
        _ path: String, _ option: String, _ body: () throws(SystemError) -> R
    ) throws(ProgramError) -> R {
        do throws(SystemError) {
            return try body()
        } catch {
            let what = option.isEmpty ? escaped(path) : "\(option): \(escaped(path))"
            throw ProgramError("\(what): \(error)", exitCode: .noInput)
        }
    }

    private func visit(_ folder: Directory, _ path: String, into: Directory?, _ depth: Int, _ result: inout Result) {
        let names: [FileName]
        do throws(SystemError) {
            names = try folder.names().sorted()
        } catch {
            return fail(path, .system(error), &result)
        }
        for name in names {
            let inner = "\(path)/\(String(decoding: name.bytes, as: UTF8.self))"
            switch (try? folder.status(of: name))?.kind {
            case .directory: descend(name, in: folder, inner, into: into, depth, &result)
            case .regular:
                if let target = newName(name) {
                    transform(name, in: folder, inner, to: target, in: into ?? folder, &result)
                }
            case .symbolicLink, .other, nil: continue
            }
        }
    }

    private func descend(
        _ name: FileName, in folder: Directory, _ path: String, into: Directory?, _ depth: Int, _ result: inout Result
    ) {
        do throws(SystemError) {
            guard depth > 0 else { throw SystemError("look into", errno: .tooManyLinks) }
            var target: Directory?
            if let into {
                do throws(SystemError) {
                    try into.makeFolder(name, permissions: 0o700)
                } catch {
                    if error.errno != .exists { throw error }
                }
                target = try into.openFolder(name)
            }
            visit(try folder.openFolder(name), path, into: target, depth - 1, &result)
        } catch {
            fail(path, .system(error), &result)
        }
    }

    private func transform(
        _ name: FileName, in folder: Directory, _ path: String, to newName: FileName, in target: Directory,
        _ result: inout Result
    ) {
        do throws(FileFlaw) {
            let source = try FileFlaw.wrapping { () throws(SystemError) in try folder.open(name, .readingQuietly) }
            let status = try FileFlaw.wrapping { () throws(SystemError) in try source.status() }
            guard status.kind == .regular else { throw .system(SystemError("read", name.description, errno: .invalid)) }
            var file = try FileFlaw.wrapping { () throws(SystemError) in try NewFile(newName, in: target) }
            try make(source, status, file.descriptor)
            // A recording stays as old as it is.
            try? file.descriptor.setModified(status.modified)
            try FileFlaw.wrapping { () throws(SystemError) in try file.publish() }
            result.done += 1
        } catch {
            fail(path, error, &result)
        }
    }

    private func fail(_ path: String, _ flaw: FileFlaw, _ result: inout Result) {
        printError("\(escaped(path)): \(flaw)")
        result.failure = result.failure ?? flaw.exitCode
    }
}
