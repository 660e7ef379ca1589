import Platform
import Synchronization

/// The memory that large uploads gather their bytes in: for so many at a time, the others write as small ones do.
final class LargeWrites: Sendable {
    /// Bytes that are gathered.
    private static let capacity = 2 << 20
    private static let most = 32
    private let taken = Atomic(0)

    /// - Parameters:
    ///   - position: in the file, of the next byte.
    ///   - reader: as for `DirectWriter`.
    /// - Returns: nil when none is left.
    func writer(
        to file: borrowing FileDescriptor, from position: UInt64, reader: @escaping @Sendable (RawSpan) -> Void
    ) -> Writer? {
        guard taken.add(1, ordering: .relaxed).newValue <= Self.most else {
            taken.subtract(1, ordering: .relaxed)
            return nil
        }
        let place = Place(self)
        guard let writer = try? DirectWriter(capacity: Self.capacity, to: file, position: position, reader: reader)
        else { return nil }
        return Writer(writer, place)
    }

    struct Writer: ~Copyable {
        private var writer: DirectWriter
        private let place: Place

        fileprivate init(_ writer: consuming DirectWriter, _ place: Place) {
            self.writer = writer
            self.place = place
        }

        /// Takes the next bytes, as `DirectWriter.append` does.
        mutating func append(_ bytes: RawSpan) throws(SystemError) {
            try writer.append(bytes)
        }

        /// As `DirectWriter.cancel` does.
        mutating func cancel() {
            writer.cancel()
        }

        /// Lets the kernel and the reader have them.
        mutating func flush() throws(SystemError) {
            try writer.flush()
        }
    }

    fileprivate final class Place: Sendable {
        private let all: LargeWrites

        init(_ all: LargeWrites) {
            self.all = all
        }

        deinit {
            all.taken.subtract(1, ordering: .relaxed)
        }
    }
}
