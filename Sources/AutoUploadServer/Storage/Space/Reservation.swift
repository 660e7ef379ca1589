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

    /// The upload's first byte has come: all of it is set aside.
    ///
    /// - Throws: `VaultError.full` when others have taken the room meanwhile.
    func begin() throws(VaultError) {
        try book.begin(reservation: number)
    }

    /// How many of these reservations have to go, the first ones first, so that an upload has room.
    ///
    /// - Parameter own: what is set aside for the upload already.
    /// - Returns: nil when it would have none though all of them went.
    static func needed(
        _ reservations: [Reservation], for file: OfferedFile, own: Reservation?, in book: SpaceBook
    ) -> Int? {
        book.needed(reservations.map(\.number), for: file, own: own?.number)
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
