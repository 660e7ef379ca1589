package import Platform
import SQLite
import Storage

/// Takes over the files of a Session file server that kept each under its number: a file's time says when it came.
package struct BlobImport: Sendable {
    private let shelf: BlobShelf

    /// What became of a file.
    package enum Outcome: Hashable, Sendable {
        case added
        /// There is a blob of this number.
        case wasThere
        /// Its time is over.
        case expired
        /// Its name is no number, or it is none, empty or too large.
        case foreign
    }

    /// Why it can't be.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter lifetime: seconds that count from each file's time on.
    package init(_ place: BlobPlace, lifetime: Int64) throws(Failure) {
        var rules = BlobRules()
        rules.lifetime = lifetime
        do throws(BlobShelfError) {
            shelf = try BlobShelf(place, rules) { 0 }
        } catch {
            throw Failure(description: "the blobs: \(error)")
        }
    }

    /// Copies a file, whose blob is durable when this returns.
    package func add(_ name: FileName, from folder: Directory) throws(Failure) -> Outcome {
        let text = String(decoding: name.bytes, as: UTF8.self)
        guard let id = BlobID(text), id.number != nil, let file = try? folder.open(name, .reading),
            let row = shelf.row(of: id, like: file)
        else { return .foreign }
        if row.expiry <= BlobShelf.time() { return .expired }
        do throws(BlobTrouble) {
            return try shelf.adopt(file, as: row) ? .added : .wasThere
        } catch {
            throw Failure(
                description:
                    "\(name) can't be taken over: \(error == .full ? "there is no room" : "the storage failed")")
        }
    }
}

extension BlobShelf {
    fileprivate func row(of id: BlobID, like file: borrowing FileDescriptor) -> BlobRow? {
        guard let status = try? file.status() else { return nil }
        return row(of: id, status)
    }

    /// - Returns: false where it is there.
    fileprivate func adopt(_ file: borrowing FileDescriptor, as row: BlobRow) throws(BlobTrouble) -> Bool {
        guard let name = freshName() else { throw .failed }
        let copy: IncomingFile
        do throws(SystemError) {
            copy = try IncomingFile(named: name, in: folders.incoming)
            try copy.append(file, noting: row.uploaded)
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
