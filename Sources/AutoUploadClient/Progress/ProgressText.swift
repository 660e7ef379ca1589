/// How far something has come, of how much.
struct Amount: Hashable, Sendable {
    var done: UInt64
    var total: UInt64

    /// 0 … 1; an amount of nothing is done.
    var fraction: Double {
        total == 0 ? 1 : min(1, Double(done) / Double(total))
    }

    var remaining: UInt64 { total > done ? total - done : 0 }
}

/// The lines that a terminal shows while files are sent. Pure text: every line fits the width.
enum ProgressText {
    private static let barColumns = 24

    /// One file: its name, a bar and its bytes.
    ///
    /// - Parameter name: escaped.
    static func file(_ name: String, _ amount: Amount, columns: Int) -> String {
        let facts = " \(bar(amount, barColumns)) \(bytes(amount.done)) of \(bytes(amount.total))"
        let room = max(8, columns - 1 - facts.count)
        return fitted(shortened(name, to: room) + facts, columns)
    }

    /// All that is due: a bar, files, bytes, rate and the time that is left.
    static func total(_ files: Amount, _ amount: Amount, rate: Double?, seconds: Double?, columns: Int) -> String {
        var facts = " \(files.done)/\(files.total) files, \(bytes(amount.done)) of \(bytes(amount.total))"
        if let rate { facts += ", \(bytes(UInt64(max(0, min(rate, 1e15)))))/s" }
        if let seconds { facts += ", \(time(seconds)) left" }
        // The bar takes the room that the facts leave.
        let room = columns - 1 - "total [] 100%".count - facts.count
        return fitted("total \(bar(amount, min(barColumns, room)))\(facts)", columns)
    }

    private static func bar(_ amount: Amount, _ columns: Int) -> String {
        let columns = max(0, columns)
        let filled = Int(amount.fraction * Double(columns))
        let percent = Int(amount.fraction * 100)
        let padding = String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: columns - filled)
        return "[\(bar)] \(padding)\(percent)%"
    }

    /// In decimal units, as disks are sold: "1.2 GB".
    static func bytes(_ count: UInt64) -> String {
        let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
        guard count >= 1000 else { return "\(count) B" }
        var value = Double(count) / 1000
        var index = 0
        while value >= 999.95, index < units.count - 1 {
            value /= 1000
            index += 1
        }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[index])"
    }

    /// "0:07", "12:30", "3:04:05".
    static func time(_ seconds: Double) -> String {
        let whole = Int(max(0, min(seconds, 3_600_000)))
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        let tail = twoDigits(whole % 60)
        return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(tail)" : "\(minutes):\(tail)"
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    /// The end of a name tells more than its beginning.
    private static func shortened(_ name: String, to columns: Int) -> String {
        name.count <= columns ? name : "…" + name.suffix(columns - 1)
    }

    /// The last column stays free: a terminal may wrap when something stands there.
    private static func fitted(_ line: String, _ columns: Int) -> String {
        String(line.prefix(max(1, columns - 1)))
    }
}
