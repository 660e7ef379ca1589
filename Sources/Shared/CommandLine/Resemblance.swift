/// The name that somebody has probably meant, for "did you mean".
///
/// - Returns: the one among the names that takes the fewest letters to be put in, left out, replaced or swapped with their neighbour,
///   if these are few for its length; capital letters and "_" for "-" don't count. Nil when there is none, or several are as near.
func nearest(to text: String, among names: [String]) -> String? {
    let wanted = plain(text)
    let distances = names.map { (name: $0, distance: editDistance(wanted, plain($0))) }
    guard let least = distances.map(\.distance).min() else { return nil }
    let nearest = distances.filter { $0.distance == least }
    guard nearest.count == 1, let name = nearest.first?.name, least <= max(1, min(name.count, wanted.count) / 3) else {
        return nil
    }
    return name
}

private func plain(_ text: String) -> [UInt8] {
    // What is longer than any option isn't worth the time.
    Array(text.lowercased().utf8.prefix(64)).map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
}

/// The distance of Damerau and Levenshtein, where no part is changed twice.
private func editDistance(_ from: [UInt8], _ to: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...to.count)
    for (row, letter) in from.enumerated() {
        var current = [row + 1]
        for (column, other) in to.enumerated() {
            var least = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, letter == to[column - 1], from[row - 1] == other {
                least = min(least, beforeLast[column - 1] + 1)
            }
            current.append(least)
        }
        (beforeLast, last) = (last, current)
    }
    return last[to.count]
}
