import Platform
import Transport

/// Overwrites what a file holds, in place: its size stays, its holes stay holes, no space is taken.
///
/// That no trace remains can't be promised on flash, whose controller writes elsewhere, nor on a file system that copies
/// on write.
struct Overwriter: ~Copyable {
    private static let bufferSize = 1 << 20

    private var stream: RandomStream
    private var buffer = [UInt8](repeating: 0, count: bufferSize)

    init() throws(WipeFailure) {
        do throws(TLSError) {
            stream = try RandomStream()
        } catch {
            throw WipeFailure(error.description)
        }
    }

    /// Writes random bytes over every extent that holds data, up to `size`.
    mutating func overwrite(_ descriptor: borrowing FileDescriptor, size: UInt64) throws(OverwriteError) {
        var offset: UInt64 = 0
        while offset < size, let extent = try Self.dataExtent(of: descriptor, from: offset, size: size) {
            let end = min(extent.upperBound, size)
            try fill(descriptor, from: max(extent.lowerBound, offset), to: end)
            // A kernel that moves nowhere would keep us here for ever.
            guard end > offset else { return }
            offset = end
        }
    }

    private mutating func fill(
        _ descriptor: borrowing FileDescriptor, from start: UInt64, to end: UInt64
    ) throws(OverwriteError) {
        var position = start
        while position < end {
            let count = min(end - position, UInt64(Self.bufferSize))
            do throws(TLSError) {
                try stream.fill(&buffer, first: Int(count))
            } catch {
                throw .noRandomness(error.description)
            }
            do throws(SystemError) {
                try descriptor.write(buffer, first: Int(count), at: position)
            } catch {
                throw .system(error)
            }
            position += count
        }
    }

    private static func dataExtent(
        of descriptor: borrowing FileDescriptor, from offset: UInt64, size: UInt64
    ) throws(OverwriteError) -> Range<UInt64>? {
        do throws(SystemError) {
            return try descriptor.nextDataExtent(from: offset)
        } catch {
            // A file system that knows no holes: then all of it is data.
            if error.errno == .invalid || error.errno == .notSupported { return offset..<size }
            throw .system(error)
        }
    }
}

/// Why a file can't be overwritten.
enum OverwriteError: Error {
    case noRandomness(String)
    case system(SystemError)

    /// Whether the file system needs free space even for what is overwritten in place, as those that copy on write do.
    var isLackOfSpace: Bool {
        guard case .system(let error) = self else { return false }
        return error.errno == .noSpace || error.errno == .overQuota
    }

    var reason: String {
        switch self {
        case .noRandomness(let text): text
        case .system(let error): error.description
        }
    }
}
