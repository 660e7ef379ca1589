import Platform
import Transport

/// Overwrites what a file holds, in place: its size stays, its holes stay holes, no space is taken.
///
/// What that is worth on what the file stands on, an `ErasureGrade` says.
struct Overwriter: ~Copyable {
    private static let bufferSize = 1 << 20
    /// A hole is no smaller, wherever there are any.
    private static let blockSize = 4096

    private var stream: RandomStream
    private var random = [UInt8](repeating: 0, count: bufferSize)
    private var content: [UInt8] = []

    init() throws(WipeFailure) {
        do throws(TLSError) {
            stream = try RandomStream()
        } catch {
            throw WipeFailure(error.description)
        }
    }

    /// Writes random bytes over every extent that holds data, up to `size`.
    ///
    /// - Parameter meanwhile: called each time that a buffer's worth was written.
    mutating func overwrite(
        _ descriptor: borrowing FileDescriptor, size: UInt64, meanwhile: () -> Void = {}
    ) throws(OverwriteError) {
        let hasHoles = try Self.system { () throws(SystemError) in try descriptor.status().allocated < size }
        var offset: UInt64 = 0
        while offset < size, let extent = try Self.dataExtent(of: descriptor, from: offset, size: size) {
            let end = min(extent.upperBound, size)
            var position = max(extent.lowerBound, offset)
            while position < end {
                let next = min(end, position + UInt64(Self.bufferSize))
                try overwrite(descriptor, position..<next, sparingZeros: hasHoles)
                meanwhile()
                position = next
            }
            // A kernel that moves nowhere would keep us here for ever.
            guard end > offset else { return }
            offset = end
        }
    }

    /// Overwrites one buffer's worth.
    ///
    /// - Parameter sparingZeros: leaves blocks of zeros alone. Some file systems (FUSE) have holes but report them as
    ///   data; to fill those would take space, perhaps more than there is. Where it was zero, there is nothing to hide.
    private mutating func overwrite(
        _ descriptor: borrowing FileDescriptor, _ range: Range<UInt64>, sparingZeros: Bool
    ) throws(OverwriteError) {
        guard sparingZeros else { return try fill(descriptor, range) }
        let count = try read(descriptor, range)
        for run in runsOfData(count) {
            let start = range.lowerBound + UInt64(run.lowerBound)
            try fill(descriptor, start..<start + UInt64(run.count))
        }
    }

    /// Where the first `count` bytes of what was read hold more than blocks of zeros.
    private func runsOfData(_ count: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for start in stride(from: 0, to: count, by: Self.blockSize) {
            let block = start..<min(start + Self.blockSize, count)
            if content[block].allSatisfy({ $0 == 0 }) { continue }
            if let last = runs.last, last.upperBound == block.lowerBound {
                runs[runs.count - 1] = last.lowerBound..<block.upperBound
            } else {
                runs.append(block)
            }
        }
        return runs
    }

    private mutating func read(
        _ descriptor: borrowing FileDescriptor, _ range: Range<UInt64>
    ) throws(OverwriteError) -> Int {
        if content.isEmpty { content = [UInt8](repeating: 0, count: Self.bufferSize) }
        return try Self.system { () throws(SystemError) in
            try descriptor.seek(to: range.lowerBound)
            let count = try content.withUnsafeMutableBytesTyped { buffer throws(SystemError) in
                try descriptor.read(into: buffer)
            }
            return min(count, range.count)
        }
    }

    private mutating func fill(_ descriptor: borrowing FileDescriptor, _ range: Range<UInt64>) throws(OverwriteError) {
        ServiceManager.alive()
        do throws(TLSError) {
            try stream.fill(&random, first: range.count)
        } catch {
            throw .noRandomness(error.description)
        }
        try Self.system { () throws(SystemError) in
            try descriptor.write(random, first: range.count, at: range.lowerBound)
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

    private static func system<R>(_ body: () throws(SystemError) -> R) throws(OverwriteError) -> R {
        do throws(SystemError) {
            return try body()
        } catch {
            throw .system(error)
        }
    }
}
