/// What is compressed as RFC 1950 and 1951 say. Only for test data that is known to be right: it checks nothing.
package func inflate(zlib bytes: [UInt8]) -> [UInt8] {
    var stream = BitStream(bytes: bytes, position: 2 * 8)
    var output: [UInt8] = []
    var isLast = false
    while !isLast {
        isLast = stream.take(1) == 1
        switch stream.take(2) {
        case 0: stream.copyStored(to: &output)
        case 1: stream.copy(to: &output, HuffmanTable(fixedLengths), HuffmanTable([Int](repeating: 5, count: 30)))
        default:
            let (literals, distances) = stream.takeTables()
            stream.copy(to: &output, literals, distances)
        }
    }
    return output
}

private let fixedLengths =
    [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112) + [Int](repeating: 7, count: 24)
    + [Int](repeating: 8, count: 8)

/// Which bits stand for which symbol, by their number.
private struct HuffmanTable {
    private var symbols: [Int: Int] = [:]

    init(_ lengths: [Int]) {
        var code = 0
        for length in 1...15 {
            for (symbol, own) in lengths.enumerated() where own == length {
                symbols[1 << length | code] = symbol
                code += 1
            }
            code <<= 1
        }
    }

    func take(from stream: inout BitStream) -> Int {
        var code = 1
        while true {
            code = code << 1 | stream.take(1)
            if let symbol = symbols[code] { return symbol }
        }
    }
}

private struct BitStream {
    let bytes: [UInt8]
    var position: Int

    /// The lowest first.
    mutating func take(_ count: Int) -> Int {
        var value = 0
        for bit in 0..<count {
            value |= (Int(bytes[position >> 3]) >> (position & 7) & 1) << bit
            position += 1
        }
        return value
    }

    mutating func copyStored(to output: inout [UInt8]) {
        position = (position + 7) & ~7
        let count = take(16)
        _ = take(16)
        output += bytes[(position >> 3)..<(position >> 3 + count)]
        position += count * 8
    }

    mutating func takeTables() -> (HuffmanTable, HuffmanTable) {
        let (literals, distances, codes) = (take(5) + 257, take(5) + 1, take(4) + 4)
        var lengthsOfLengths = [Int](repeating: 0, count: 19)
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        for index in order.prefix(codes) { lengthsOfLengths[index] = take(3) }
        let table = HuffmanTable(lengthsOfLengths)
        var lengths: [Int] = []
        while lengths.count < literals + distances {
            switch table.take(from: &self) {
            case 16: lengths += [Int](repeating: lengths.last ?? 0, count: 3 + take(2))
            case 17: lengths += [Int](repeating: 0, count: 3 + take(3))
            case 18: lengths += [Int](repeating: 0, count: 11 + take(7))
            case let length: lengths.append(length)
            }
        }
        return (HuffmanTable(Array(lengths[..<literals])), HuffmanTable(Array(lengths[literals...])))
    }

    mutating func copy(to output: inout [UInt8], _ literals: HuffmanTable, _ distances: HuffmanTable) {
        while true {
            let symbol = literals.take(from: &self)
            if symbol == 256 { return }
            if symbol < 256 {
                output.append(UInt8(symbol))
                continue
            }
            let length = takeLength(symbol - 257)
            let start = output.count - takeDistance(distances.take(from: &self))
            for offset in 0..<length { output.append(output[start + offset]) }
        }
    }

    private mutating func takeLength(_ index: Int) -> Int {
        if index < 8 { return 3 + index }
        if index == 28 { return 258 }
        let extra = index / 4 - 1
        return 3 + (4 + index % 4) << extra + take(extra)
    }

    private mutating func takeDistance(_ index: Int) -> Int {
        if index < 4 { return 1 + index }
        let extra = index / 2 - 1
        return 1 + (2 + index % 2) << extra + take(extra)
    }
}
