import HTML
import Platform

/// Values as people read them.
enum Shown {
    /// "1.5 GB", in powers of 1024 as the drop page has it.
    static func size(_ bytes: UInt64) -> String {
        guard bytes >= 1024 else { return "\(bytes) bytes" }
        var (value, unit) = (Double(bytes) / 1024, 0)
        while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        let tenths = Int((value * 10).rounded())
        return (tenths < 100 ? "\(tenths / 10).\(tenths % 10)" : "\(Int(value.rounded()))") + " \(units[unit])"
    }

    /// Says what a value is where a table has no heads: on phones.
    static func hint(_ text: String) -> HTML { Tag.span(.class("hint")) { "\(text) " } }

    private static let units = ["kB", "MB", "GB", "TB", "PB", "EB"]

    /// A moment, to the minute; the second stands where one looks for it.
    ///
    /// - Parameter unixSeconds: UTC.
    static func time(_ unixSeconds: Int64) -> HTML {
        let text = utcText(unixSeconds)
        return Tag.time(.dateTime(text), .title(text)) { text.prefix(16).replacing("T", with: " ") + " UTC" }
    }

    /// A name or path that somebody has chosen: what could mislead is shown as what it is, and no direction of text leaks out.
    static func name(_ bytes: [UInt8]) -> HTML { Tag.bdi { escaped(bytes) } }
}
