package import Platform
import Storage

/// Takes over what a Session file server has kept: as files, each under its number, whose time says when it came; or in its database.
package struct BlobImport: Sendable {
    private let shelf: BlobShelf

    /// What became of a blob.
    package enum Outcome: Hashable, Sendable {
        case added
        /// There is a blob of this name.
        case wasThere
        /// Its time is over.
        case expired
        /// No blob can be called so, it is empty, or a file isn't one, or has no number as its name.
        case foreign
    }

    /// Why it can't be.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// - Parameters:
    ///   - lifetime: seconds that count from each blob's time on, where nothing else says how long it lives.
    ///   - database: that has the rows; nil: they lie beside the blobs.
    package init(_ place: BlobPlace, lifetime: Int64, in database: BlobDatabase? = nil) throws(Failure) {
        var rules = BlobRules()
        rules.lifetime = lifetime
        do throws(BlobShelfError) {
            shelf = try BlobShelf(place, rules, in: database) { 0 }
        } catch {
            throw Failure(description: "the blobs: \(error)")
        }
    }

    /// Copies a file, whose blob is durable when this returns.
    package func add(_ name: FileName, from folder: Directory) throws(Failure) -> Outcome {
        let text = String(decoding: name.bytes, as: UTF8.self)
        guard let id = BlobID(text), id.number != nil, let file = try? folder.open(name, .reading),
            let status = try? file.status(), let row = shelf.row(of: id, status)
        else { return .foreign }
        return try add(row, called: "\(name)") { copy throws(SystemError) in
            try copy.append(file, noting: row.uploaded)
        }
    }

    func expiry(of uploaded: Int64) -> Int64 { uploaded &+ shelf.rules.lifetime &* 1000 }

    /// - Parameter fill: writes what it holds.
    func add(
        _ row: BlobRow, called name: String, filling fill: (IncomingFile) throws(SystemError) -> Void
    ) throws(Failure) -> Outcome {
        if row.expiry <= BlobShelf.time() { return .expired }
        do throws(BlobTrouble) {
            return try shelf.adopt(row, filling: fill) ? .added : .wasThere
        } catch {
            let reason =
                switch error {
                case .full: "there is no room"
                case .away: "the rows can't be written"
                default: "the storage failed"
                }
            throw Failure(description: "\(escaped(name)) can't be taken over: \(reason)")
        }
    }
}

extension BlobShelf {
    /// - Returns: false where it is there.
    fileprivate func adopt(
        _ row: BlobRow, filling fill: (IncomingFile) throws(SystemError) -> Void
    ) throws(BlobTrouble) -> Bool {
        guard let name = freshName() else { throw .failed }
        let copy: IncomingFile
        do throws(SystemError) {
            copy = try IncomingFile(named: name, in: folders.incoming)
            try fill(copy)
        } catch {
            throw error.isLackOfRoom ? .full : .failed
        }
        guard copy.size == row.size else { throw .failed }
        return try keep(copy, as: row)
    }
}

extension IncomingFile {
    /// Copies a file, and its time.
    fileprivate func append(_ file: borrowing FileDescriptor, noting time: Int64) throws(SystemError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try file.read(at: size, into: &buffer)
            try append(count == buffer.count ? buffer : Array(buffer.prefix(count)))
            if count < buffer.count { return try note(time) }
        }
    }
}
