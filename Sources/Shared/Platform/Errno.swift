internal import Glibc

/// An error number of the operating system.
///
/// The corresponding C type is `errno`; see errno(3).
package struct Errno: RawRepresentable, Hashable, Sendable {
    package let rawValue: CInt

    package init(rawValue: CInt) {
        self.rawValue = rawValue
    }

    /// The calling thread's `errno`. Read it before anything else runs: reference counting alone may change it.
    package static var current: Errno { Errno(rawValue: errno) }

    package static let notPermitted = Errno(rawValue: EPERM)
    package static let noEntry = Errno(rawValue: ENOENT)
    package static let interrupted = Errno(rawValue: EINTR)
    package static let inputOutput = Errno(rawValue: EIO)
    package static let tryAgain = Errno(rawValue: EAGAIN)
    package static let accessDenied = Errno(rawValue: EACCES)
    package static let exists = Errno(rawValue: EEXIST)
    package static let crossDevice = Errno(rawValue: EXDEV)
    package static let notDirectory = Errno(rawValue: ENOTDIR)
    package static let isDirectory = Errno(rawValue: EISDIR)
    package static let invalid = Errno(rawValue: EINVAL)
    package static let tooManyOpenFiles = Errno(rawValue: EMFILE)
    package static let tooManyOpenFilesInSystem = Errno(rawValue: ENFILE)
    package static let noSpace = Errno(rawValue: ENOSPC)
    package static let readOnlyFileSystem = Errno(rawValue: EROFS)
    package static let fileTooLarge = Errno(rawValue: EFBIG)
    package static let noMemory = Errno(rawValue: ENOMEM)
    package static let overQuota = Errno(rawValue: EDQUOT)
    package static let notImplemented = Errno(rawValue: ENOSYS)
    package static let notSupported = Errno(rawValue: ENOTSUP)
    package static let tooManyLinks = Errno(rawValue: ELOOP)
    package static let busy = Errno(rawValue: EBUSY)
    package static let notEmpty = Errno(rawValue: ENOTEMPTY)
    package static let addressInUse = Errno(rawValue: EADDRINUSE)
    package static let addressNotAvailable = Errno(rawValue: EADDRNOTAVAIL)
    package static let addressFamilyNotSupported = Errno(rawValue: EAFNOSUPPORT)
    package static let noDevice = Errno(rawValue: ENODEV)
    package static let inProgress = Errno(rawValue: EINPROGRESS)
    package static let timedOut = Errno(rawValue: ETIMEDOUT)
    package static let noDeviceData = Errno(rawValue: ENXIO)
    package static let readOnly = Errno(rawValue: EROFS)
    package static let illegalBytes = Errno(rawValue: EILSEQ)
    package static let noKey = Errno(rawValue: ENOKEY)
    package static let stale = Errno(rawValue: ESTALE)
    package static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
    package static let connectionAborted = Errno(rawValue: ECONNABORTED)
    package static let connectionRefused = Errno(rawValue: ECONNREFUSED)
}

extension Errno: CustomStringConvertible {
    package var description: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let start = buffer.baseAddress, unsafe strerror_r(rawValue, start, buffer.count) == 0
            else { return "error \(rawValue)" }
            return unsafe String(cString: start)
        }
    }
}

/// A call of the operating system that failed: what was tried, on what, and why.
package struct SystemError: Error, Hashable, Sendable {
    /// What was tried, as a verb phrase: "open", "flush".
    package let operation: String
    /// On what: a path or an address, already escaped for showing.
    package let subject: String
    package let errno: Errno

    package init(_ operation: String, _ subject: String = "", errno: Errno) {
        self.operation = operation
        self.subject = subject
        self.errno = errno
    }
}

extension SystemError: CustomStringConvertible {
    package var description: String {
        subject.isEmpty ? "can't \(operation): \(errno)" : "can't \(operation) \(subject): \(errno)"
    }
}

/// Runs a call that returns −1 on failure, again for as long as a signal interrupts it (EINTR).
///
/// - Parameters:
///   - operation: what is tried, for the error.
///   - subject: on what; evaluated only on failure.
/// - Returns: what the call returned.
/// - Throws: `SystemError` with the `errno` captured at once.
@discardableResult
func systemCall<R: SignedInteger>(
    _ operation: String, _ subject: @autoclosure () -> String = "", _ call: () -> R
) throws(SystemError) -> R {
    while true {
        let result = call()
        if result != -1 { return result }
        let errno = Errno.current
        if errno != .interrupted { throw SystemError(operation, subject(), errno: errno) }
    }
}
