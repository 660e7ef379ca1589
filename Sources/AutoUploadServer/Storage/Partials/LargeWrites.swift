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
        to file: borrowing FileDescriptor, from position: UInt64, reader: @escaping DirectReader
    ) -> DirectWriter? {
        guard taken.add(1, ordering: .relaxed).newValue <= Self.most else {
            taken.subtract(1, ordering: .relaxed)
            return nil
        }
        let place = Place(self)
        return try? DirectWriter(capacity: Self.capacity, to: file, position: position) { bytes in
            // A piece that outlives its upload goes on taking the place.
            withExtendedLifetime(place) { reader(bytes) }
        }
    }

    private final class Place: Sendable {
        private let all: LargeWrites

        init(_ all: LargeWrites) {
            self.all = all
        }

        deinit {
            all.taken.subtract(1, ordering: .relaxed)
        }
    }
}
