import Glibc
import Platform
import Testing

/// What a thread mounts in a namespace of its own: nobody else sees it, and it ends with the thread.
enum OwnMounts {
    static let reason: Comment = "this needs root and namespaces (unshare)"
    static let arePossible = (try? run { true }) == true

    /// Runs `body` on a thread that has its own mounts; so do the threads that it begins.
    static func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) throws -> R {
        let outcome = Monitor<Result<R, any Error>?>(nil)
        try Thread.detach(stackSize: 8 << 20) {
            let result = Result { () throws -> R in
                try leaveNamespace()
                return try body()
            }
            outcome.change { $0 = result }
        }
        return try outcome.wait { $0 }.get()
    }

    /// Mounts a file system in memory on a folder.
    static func mountMemory(on folder: String, mebibytes: Int) throws {
        guard unsafe mount("tmpfs", folder, "tmpfs", 0, "size=\(mebibytes)m") == 0 else { throw failure("mount tmpfs") }
    }

    /// Lets nobody change anything any more in what was mounted on a folder.
    static func forbidChanges(in folder: String) throws {
        guard unsafe mount(nil, folder, nil, UInt(MS_REMOUNT) | UInt(MS_RDONLY), nil) == 0 else {
            throw failure("remount")
        }
    }

    private static func leaveNamespace() throws {
        guard let unshare = unshare(), unshare(newMounts) == 0 else { throw failure("unshare") }
        guard unsafe mount("none", "/", nil, UInt(MS_REC) | UInt(MS_PRIVATE), nil) == 0 else {
            throw failure("mount /")
        }
    }

    /// CLONE_NEWNS, which isn't in Glibc's module, as the call isn't.
    private static let newMounts: CInt = 0x0002_0000

    private static func unshare() -> (@convention(c) (CInt) -> CInt)? {
        guard let symbol = unsafe dlsym(nil, "unshare") else { return nil }
        return unsafe unsafeBitCast(symbol, to: (@convention(c) (CInt) -> CInt).self)
    }

    private static func failure(_ operation: String) -> SystemError {
        SystemError(operation, errno: Errno(rawValue: errno))
    }
}

/// Takes all the room that is left for a file.
func fillDisk(_ path: String) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("open", path, errno: Errno(rawValue: errno)) }
    defer { _ = close(descriptor) }
    _ = lseek(descriptor, 0, SEEK_END)
    var chunk = [UInt8](repeating: 0x41, count: 1 << 20)
    while !chunk.isEmpty {
        let written = unsafe write(descriptor, chunk, chunk.count)
        if written < chunk.count { chunk.removeLast(chunk.count - chunk.count / 2) }
    }
}

/// Gives some of it back.
func giveBack(_ bytes: Int, of path: String) throws {
    var status = stat()
    guard unsafe stat(path, &status) == 0, unsafe truncate(path, status.st_size - bytes) == 0 else {
        throw SystemError("truncate", path, errno: Errno(rawValue: errno))
    }
}
