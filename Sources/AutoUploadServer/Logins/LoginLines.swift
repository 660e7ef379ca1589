import Platform

/// Logins that wait, by their numbers. Sites take turns, and within each its address blocks; those of one block have theirs in the
/// order in which they came.
struct LoginLines {
    private var lines: [AddressGroup: [UInt64]] = [:]
    private var turns = AddressTurns()

    var isEmpty: Bool { lines.isEmpty }

    mutating func append(_ number: UInt64, from group: AddressGroup) {
        if lines[group] == nil { turns.append(group) }
        lines[group, default: []].append(number)
    }

    /// Takes the next one out, and those that are to be passed over and stood before it.
    mutating func removeFirst(
        passingOver isPassedOver: (UInt64) -> Bool = { _ in false }
    ) -> (number: UInt64?, passedOver: [UInt64]) {
        var passedOver: [UInt64] = []
        while let group = turns.removeFirst(), let line = lines.removeValue(forKey: group) {
            let others = line.drop(while: isPassedOver)
            passedOver += line.prefix(line.count - others.count)
            guard let number = others.first else { continue }
            if others.count > 1 {
                lines[group] = Array(others.dropFirst())
                turns.append(group)
            }
            return (number, passedOver)
        }
        return (nil, passedOver)
    }

    /// Takes one out, if it is there.
    mutating func remove(_ number: UInt64, from group: AddressGroup) {
        guard var line = lines[group], let index = line.firstIndex(of: number) else { return }
        line.remove(at: index)
        lines[group] = line.isEmpty ? nil : line
        if line.isEmpty { turns.remove(group) }
    }
}
