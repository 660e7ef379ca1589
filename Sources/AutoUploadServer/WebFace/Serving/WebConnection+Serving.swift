import AdminSite
import Connections
import Events
import HTTP
import Platform
import Storage
import Transport

extension WebConnection {
    /// Bytes that are read and sent at a time, by one buffer for each answer: memory doesn't grow with the file. A client has to take so
    /// many within the time that anything sent may take.
    private static let piece = 128 << 10

    /// Sends what an answer has of a stored file.
    mutating func send(_ file: ServedFile) throws(WebTrouble) {
        var buffer = [UInt8](repeating: 0, count: Int(clamping: min(file.length, UInt64(Self.piece))))
        var sent: UInt64 = 0
        defer {
            let download = file.download
            services.report(
                .downloaded(peer, owner: download.owner, path: download.path, from: file.start, bytes: sent))
        }
        for piece in file.pieces {
            switch piece {
            case .bytes(let bytes): try requests.send(bytes, until: .after(seconds: services.limits.send))
            case .part(let range): try send(range, of: file.download.content, by: &buffer, counting: &sent)
            }
        }
    }

    private mutating func send(
        _ range: Range<UInt64>, of content: StoredContent, by buffer: inout [UInt8], counting sent: inout UInt64
    ) throws(WebTrouble) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            // The login may have come to count no more, or the server be about to end.
            if membership.isToEnd { throw breakOff() }
            let left = Int(clamping: range.upperBound - offset)
            let count = min(try read(content, at: offset, &buffer), left)
            guard count > 0 else { throw breakOff() }
            try requests.send(first: count, of: buffer, until: .after(seconds: services.limits.send))
            offset += UInt64(count)
            sent += UInt64(count)
            membership.standing.worked()
        }
    }

    /// - Returns: bytes read; 0 where the file has become shorter, or can't be read.
    private func read(_ content: StoredContent, at offset: UInt64, _ buffer: inout [UInt8]) throws(WebTrouble) -> Int {
        do throws(SystemError) {
            return try content.read(at: offset, into: &buffer)
        } catch {
            services.report(.warning("a stored file can't be read for a download: \(error)"))
            return 0
        }
    }

    /// Sends what is made meanwhile. Where it fails, the end is missing: the client sees that what it has isn't whole.
    mutating func send(_ maker: ContentMaker, inChunks: Bool) throws(WebTrouble) {
        while true {
            if membership.isToEnd { throw breakOff() }
            var bytes: [UInt8] = []
            switch maker.next() {
            case .nothing: continue
            case .failure: throw breakOff()
            case .bytes(let made):
                if inChunks { ChunkedCoding.writeChunk(made.span, to: &bytes) } else { bytes = made }
            case .end:
                guard inChunks else { return }
                ChunkedCoding.writeEnd(to: &bytes)
                return try requests.send(bytes, until: .after(seconds: services.limits.send))
            }
            try requests.send(bytes, until: .after(seconds: services.limits.send))
            membership.standing.worked()
        }
    }

    /// The client sees that the answer isn't whole: it has a length.
    private mutating func breakOff() -> WebTrouble {
        requests.breakOffAnswer()
        return .broken(.givenUp)
    }
}
