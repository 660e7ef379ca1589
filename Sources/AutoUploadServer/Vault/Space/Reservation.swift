import Platform

/// Room that is set aside for one upload: on the disk, and within its user's quota. Given back when it goes.
final class Reservation: Sendable {
    private let book: SpaceBook
    private let number: UInt64

    init(_ book: SpaceBook, _ number: UInt64) {
        self.book = book
        self.number = number
    }

    deinit {
        book.change { $0.release(number) }
    }

    /// The file takes so many bytes of the disk by now, written or allocated: the file system counts them itself.
    func occupies(_ bytes: UInt64) {
        book.change { $0.occupy(number, bytes) }
    }

    /// Bytes of the upload that are set aside: nobody else can have them.
    var aside: UInt64 { book.aside(reservation: number) }

    /// Sets aside more, so that the upload can grow to so many bytes.
    ///
    /// - Returns: bytes that are set aside.
    /// - Throws: `VaultError.full` when others have taken the room meanwhile.
    func extend(to bytes: UInt64) throws(VaultError) -> UInt64 {
        try book.extend(reservation: number, to: bytes)
    }

    /// The upload is stored: what was set aside is used.
    func becomesStored() {
        book.change { $0.settle(number) }
    }

    /// Only so many bytes are kept of the upload, for now: the rest is given back.
    func shrink(to bytes: UInt64) {
        book.change { ledger in
            if let size = ledger.size(of: number), bytes < size { ledger.resize(number, to: bytes) }
        }
    }

    /// Sets aside what is missing for an upload that goes on.
    ///
    /// - Throws: as `SpaceBook.reserve`; what was set aside before stays so.
    func grow(to size: UInt64) throws(VaultError) {
        try book.grow(reservation: number, to: size)
    }
}
