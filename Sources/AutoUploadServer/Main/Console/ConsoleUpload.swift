import Domain
import Platform
import Storage

/// Why a file isn't added, for people.
struct ConsoleRefusal: Error {
    let text: String
}

extension Vault {
    /// Stores a file that is added at this machine's console, by the way of every upload.
    ///
    /// - Parameter read: gives the next bytes, as many as the buffer holds; fewer only at the end.
    func add(
        _ file: OfferedFile, reading read: (inout [UInt8]) throws(SystemError) -> Int
    ) throws(ConsoleRefusal) -> Stored {
        do throws(VaultError) {
            let upload = try begin(file, isFresh: true)
            if let trouble = fill(upload, file.size ?? 0, read) {
                upload.discard()
                throw trouble
            }
            guard let result = commit([try PendingCommit(received: upload)]).first else { throw .takenOver }
            return try result.get()
        } catch {
            throw ConsoleRefusal(text: error.description)
        }
    }

    /// - Returns: why it couldn't be filled.
    private func fill(
        _ upload: PartialUpload, _ size: UInt64, _ read: (inout [UInt8]) throws(SystemError) -> Int
    ) -> VaultError? {
        var (left, buffer) = (size, [UInt8]())
        while left > 0 {
            let wanted = Int(min(left, Self.piece))
            if buffer.count != wanted { buffer = [UInt8](repeating: 0, count: wanted) }
            do throws(SystemError) {
                guard try read(&buffer) == wanted else {
                    throw SystemError("read all of the file", errno: .inputOutput)
                }
            } catch {
                return .failed(error)
            }
            buffer.span.withRawBytes { upload.append($0) }
            if let failure = upload.failure { return failure }
            left -= UInt64(wanted)
        }
        return nil
    }

    private static let piece: UInt64 = 256 << 10
}
