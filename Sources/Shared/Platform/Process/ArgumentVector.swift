internal import Glibc

/// The arguments of a command line, in the memory where they stand: for the process's own that is where `ps` reads them.
@safe package final class ArgumentVector {
    private let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let ownsTexts: Bool
    /// How many there are, the program's name included.
    package let count: Int

    /// The arguments that this process was started with.
    package static func ofThisProcess() -> ArgumentVector {
        unsafe ArgumentVector(
            copying: Swift.CommandLine.unsafeArgv, count: Int(Swift.CommandLine.argc), ownsTexts: false)
    }

    /// Arguments made from texts, the first of them the program's name.
    package convenience init(_ texts: [String]) {
        self.init(bytes: texts.map { Array($0.utf8) })
    }

    /// Arguments of any bytes but NUL.
    package convenience init(bytes: [[UInt8]]) {
        var copies = unsafe bytes.map { withCStringOf($0) { unsafe strdup($0) } }
        unsafe self.init(copying: &copies, count: bytes.count, ownsTexts: true)
    }

    private init(copying pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, count: Int, ownsTexts: Bool) {
        unsafe self.pointers = .allocate(capacity: count + 1)
        unsafe self.pointers.initialize(from: pointers, count: count)
        unsafe self.pointers[count] = nil
        self.count = count
        self.ownsTexts = ownsTexts
    }

    deinit {
        if ownsTexts { for index in 0..<count { unsafe free(pointers[index]) } }
        unsafe pointers.deallocate()
    }

    /// Part of an argument, from a byte to its end.
    ///
    /// - Returns: nil when there is no such argument or byte.
    package func argument(at index: Int, from offset: Int = 0) -> Argument? {
        guard (0..<count).contains(index), let start = unsafe pointers[index] else { return nil }
        let length = unsafe strlen(start)
        guard (0...length).contains(offset) else { return nil }
        return unsafe Argument(vector: self, start: start + offset, count: length - offset)
    }

    /// Lends the array that C's functions take.
    func withPointers<R>(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R {
        unsafe body(pointers)
    }
}

/// An argument, or the end of one, where it stands.
@safe package struct Argument {
    private let vector: ArgumentVector
    private let start: UnsafeMutablePointer<CChar>
    private let count: Int

    fileprivate init(vector: ArgumentVector, start: UnsafeMutablePointer<CChar>, count: Int) {
        self.vector = vector
        unsafe self.start = start
        self.count = count
    }

    /// A copy of the bytes.
    package var bytes: [UInt8] { unsafe Array(buffer) }

    package var first: UInt8? { unsafe buffer.first }

    /// The argument without its first byte.
    package func droppingFirst() -> Argument {
        count == 0 ? self : unsafe Argument(vector: vector, start: start + 1, count: count - 1)
    }

    /// Moves the bytes out: they are copied, and overwritten with NUL where they stood, so that neither `ps` nor
    /// /proc/PID/cmdline shows them any longer.
    package func takeSecret() -> SecretBytes {
        let secret = unsafe SecretBytes(buffer)
        unsafe explicit_bzero(start, count)
        return secret
    }

    private var buffer: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }
}
