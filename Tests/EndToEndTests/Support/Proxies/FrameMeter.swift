import Transport
import Wire

/// What went one way over a connection.
struct Traffic: Sendable {
    var frames: [FrameType: Int] = [:]
    /// Bytes of files: payloads of `data`.
    var dataBytes = 0
}

/// Follows the frames of one direction, and finds the place where a connection is to be cut.
struct FrameMeter {
    private let cut: Cut?
    private(set) var traffic = Traffic()
    /// Frames that went through, or have begun to.
    private var count = 0
    private var header: [UInt8] = []
    /// Bytes of the current payload that still go through.
    private var remaining = 0
    private var isData = false
    /// The current frame is the one that doesn't go through whole.
    private var isLast = false

    /// - Parameter cut: of this direction.
    init(_ cut: Cut?) {
        self.cut = cut
    }

    /// Takes bytes that came, and adds those that go through to `passed`.
    ///
    /// - Returns: whether the place of the cut is reached; what comes after it is of no interest.
    mutating func filter(_ bytes: some Collection<UInt8>, into passed: inout [UInt8]) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            if remaining == 0 {
                let missing = FrameHeader.encodedSize - header.count
                header += rest.prefix(missing)
                rest = rest.dropFirst(missing)
                if header.count == FrameHeader.encodedSize, begin(&passed) { return true }
            } else {
                let size = min(remaining, rest.count)
                passed += rest.prefix(size)
                rest = rest.dropFirst(size)
                remaining -= size
                if isData { traffic.dataBytes += size }
                if isLast, remaining == 0 { return true }
            }
        }
        return false
    }

    /// A header is whole.
    private mutating func begin(_ passed: inout [UInt8]) -> Bool {
        defer { header.removeAll(keepingCapacity: true) }
        guard let parsed = try? FrameHeader(decoding: header.span) else {
            // Not our protocol: let it through, whatever it is.
            passed += header
            remaining = .max
            return false
        }
        isData = parsed.type == .data
        remaining = Int(parsed.length)
        isLast = cut?.frames == count
        count += 1
        guard let cut, isLast else {
            passed += header
            traffic.frames[parsed.type, default: 0] += 1
            return false
        }
        let size = FrameHeader.encodedSize + remaining
        let allowed = cut.part > 0 ? max(1, min(size - 1, Int(cut.part * Double(size)))) : 0
        passed += header.prefix(allowed)
        remaining = max(0, allowed - FrameHeader.encodedSize)
        return remaining == 0
    }
}
