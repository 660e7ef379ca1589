internal import Foundation

/// A terminal that a test types at. See pty(7).
package final class PseudoTerminal: Sendable {
    let master: FileHandle
    let slave: FileHandle
    /// Of the end that programs have.
    package let path: String

    package struct NotAvailable: Error {}

    /// TIOCSPTLCK and TIOCGPTN of ioctl_tty(2), macros that Glibc's module lacks.
    private static let setLock: UInt = 0x4004_5431
    private static let readNumber: UInt = 0x8004_5430

    package init() throws {
        let master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (locked, number) = (CInt(0), CInt(0))
        guard master >= 0, unsafe ioctl(master, Self.setLock, &locked) == 0,
            unsafe ioctl(master, Self.readNumber, &number) == 0
        else { throw NotAvailable() }
        path = "/dev/pts/\(number)"
        let slave = unsafe open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else { throw NotAvailable() }
        self.master = FileHandle(fileDescriptor: master, closeOnDealloc: true)
        self.slave = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    }

    package func type(_ text: String) {
        try? master.write(contentsOf: Data(text.utf8))
    }

    /// Whether the terminal shows what is typed.
    package var echoes: Bool {
        var attributes = termios()
        unsafe tcgetattr(slave.fileDescriptor, &attributes)
        return attributes.c_lflag & tcflag_t(ECHO) != 0
    }

    /// What the terminal has shown so far, what was typed included.
    package func shown() -> String {
        var bytes: [UInt8] = []
        var input = pollfd(fd: master.fileDescriptor, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&input, 1, 0) > 0, Int32(input.revents) & POLLIN != 0 {
            let data = master.availableData
            if data.isEmpty { break }
            bytes += data
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
