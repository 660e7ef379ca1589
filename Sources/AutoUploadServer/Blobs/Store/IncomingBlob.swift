import Platform
import Storage

/// A blob that comes. Until it is kept, nothing of it is there for anybody. Used by one thread.
package final class IncomingBlob {
    private let shelf: BlobShelf
    private let file: IncomingFile
    /// Nil where blobs are called by numbers.
    private let hash: ContentHash?
    private let reserved: UInt64

    /// - Parameter size: bytes, where they are known.
    init(_ shelf: BlobShelf, size: UInt64?) throws(BlobTrouble) {
        guard (1...shelf.rules.largest).contains(size ?? 1) else { throw .size }
        guard shelf.isUsable, let name = shelf.freshName() else { throw .failed }
        if shelf.rules.naming == .numeric {
            hash = nil
        } else {
            guard let begun = try? ContentHash() else { throw .away }
            hash = begun
        }
        do throws(SystemError) {
            file = try IncomingFile(named: name, in: shelf.folders.incoming)
        } catch {
            throw BlobTrouble(error)
        }
        let charge = BlobRow.charge(size ?? shelf.rules.largest)
        guard shelf.claims.reserve(charge, of: shelf.rules.budget, spare: shelf.place.spare()) else { throw .full }
        (self.shelf, reserved) = (shelf, charge)
    }

    deinit {
        shelf.claims.release(reserved)
    }

    package func append(_ bytes: RawSpan) throws(BlobTrouble) {
        try requireFits(bytes.byteCount)
        hash?.update(bytes)
        do throws(SystemError) {
            try file.append(bytes)
        } catch {
            throw BlobTrouble(error)
        }
    }

    func append(_ bytes: [UInt8]) throws(BlobTrouble) {
        try requireFits(bytes.count)
        hash?.update(bytes)
        do throws(SystemError) {
            try file.append(bytes)
        } catch {
            throw BlobTrouble(error)
        }
    }

    private func requireFits(_ count: Int) throws(BlobTrouble) {
        let (size, overflows) = file.size.addingReportingOverflow(UInt64(count))
        guard !overflows, size <= shelf.rules.largest else { throw .size }
    }

    /// Keeps what has come. It is durable when this returns.
    ///
    /// - Returns: how it is called.
    package func keep() throws(BlobTrouble) -> BlobID {
        guard file.size > 0 else { throw .size }
        return try shelf.keep(file, hash: hash?.finish()).id
    }
}

extension BlobTrouble {
    fileprivate init(_ error: SystemError) {
        self = error.isLackOfRoom ? .full : .failed
    }
}
