import Glibc

/// One thing that a traced program did: a record of Tests/FaultInjection/trace.h.
struct TraceRecord: Sendable {
    /// Folders and files by their inode numbers, which a trace of one file system tells apart.
    typealias Inode = UInt64

    enum Event: Sendable {
        case write(Inode, offset: Int, bytes: [UInt8])
        case truncate(Inode, size: Int)
        case makeFile(Inode, in: Inode, name: String)
        case makeFolder(Inode, in: Inode, name: String)
        case rename(Inode, from: Inode, name: String, to: Inode, newName: String)
        case link(Inode, to: Inode, name: String)
        case unlink(Inode, from: Inode, name: String)
        case flushing(Inode)
        case flushed(Inode, FlushOutcome)
        case flushingAll
        case flushedAll(FlushOutcome)
        /// Plain bytes that may go out to a client from now on.
        case sending(session: UInt64, bytes: [UInt8])
        case sent(session: UInt64, count: Int)
        /// Plain bytes that came from a server.
        case received(session: UInt64, bytes: [UInt8])
        case ended(session: UInt64)
    }

    enum FlushOutcome: Sendable {
        case succeeded
        /// What was written is lost, and nobody is told so a second time.
        case failed
        /// By a signal: nothing was flushed, and nothing is lost.
        case interrupted

        fileprivate init(_ result: Int64) {
            self = result == 0 ? .succeeded : result == Int64(EINTR) ? .interrupted : .failed
        }
    }

    /// The thread that did it.
    let thread: UInt32
    let event: Event

    init(thread: UInt32 = 1, _ event: Event) {
        (self.thread, self.event) = (thread, event)
    }

    /// Reads a trace. A program that was killed may have left a part of a record at the end, which is nothing.
    static func all(in bytes: [UInt8]) throws -> [TraceRecord] {
        var records: [TraceRecord] = []
        var rest = bytes[...]
        while let record = try TraceRecord(taking: &rest) { records.append(record) }
        return records
    }

    private static let headSize = 56

    private init?(taking bytes: inout ArraySlice<UInt8>) throws {
        var fields = Fields(bytes)
        let size = Int(fields.take(UInt32.self))
        guard bytes.count >= Self.headSize, bytes.count >= size else { return nil }
        let kind = fields.take(UInt16.self)
        let (nameLength, otherLength) = (Int(fields.take(UInt16.self)), Int(fields.take(UInt16.self)))
        _ = fields.take(UInt16.self)
        thread = fields.take(UInt32.self)
        let result = fields.take(Int64.self)
        let (inode, folder, other) = (fields.take(UInt64.self), fields.take(UInt64.self), fields.take(UInt64.self))
        let offset = Int(fields.take(UInt64.self))
        let name = Tree.key(fields.take(nameLength))
        let otherName = Tree.key(fields.take(otherLength))
        let data = fields.take(size - Self.headSize - nameLength - otherLength)
        bytes = bytes.dropFirst(size)
        switch kind {
        case 1: event = .write(inode, offset: offset, bytes: data)
        case 2: event = .truncate(inode, size: offset)
        case 3: event = .makeFile(inode, in: folder, name: name)
        case 4: event = .makeFolder(inode, in: folder, name: name)
        case 5: event = .rename(inode, from: folder, name: name, to: other, newName: otherName)
        case 6: event = .link(inode, to: other, name: otherName)
        case 7: event = .unlink(inode, from: folder, name: name)
        case 8: event = .flushing(inode)
        case 9: event = .flushed(inode, FlushOutcome(result))
        case 10: event = .flushingAll
        case 11: event = .flushedAll(FlushOutcome(result))
        case 12: event = .sending(session: inode, bytes: data)
        case 13: event = .sent(session: inode, count: offset)
        case 14: event = .received(session: inode, bytes: data)
        case 15: event = .ended(session: inode)
        default: throw Failure("a record of an unknown kind: \(kind)")
        }
    }

    /// Integers in this machine's order, and bytes, one after the other.
    private struct Fields {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) {
            rest = bytes
        }

        mutating func take(_ count: Int) -> [UInt8] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }

        mutating func take<Value: FixedWidthInteger>(_: Value.Type) -> Value {
            take(MemoryLayout<Value>.size).reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
        }
    }
}
