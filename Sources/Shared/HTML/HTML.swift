/// A part of a page, in which every text is text: what stands in it can be no markup, whoever has written it. Only `Tag` and
/// `Attribute` make markup, and their names stand in the source.
package struct HTML: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// A text, shown as it is. Characters that HTML can't hold become U+FFFD.
    package init(text: String) {
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 { appendText(byte) }
    }

    /// All of what a page consists of, with what tells browsers that it is one.
    package static func document(@HTMLBuilder _ content: () -> HTML) -> HTML {
        var page = HTML()
        page.bytes = Array("<!doctype html>\n".utf8)
        page.append(content())
        return page
    }

    mutating func append(_ other: HTML) { bytes += other.bytes }

    /// - Parameter markup: of the source.
    mutating func append(_ markup: StaticString) { bytes += "\(markup)".utf8 }

    /// A text where markup could begin, or within quotes.
    private mutating func appendText(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "&"): bytes += "&amp;".utf8
        case UInt8(ascii: "<"): bytes += "&lt;".utf8
        case UInt8(ascii: ">"): bytes += "&gt;".utf8
        case UInt8(ascii: "\""): bytes += "&quot;".utf8
        case UInt8(ascii: "'"): bytes += "&#39;".utf8
        case UInt8(ascii: "\n"), UInt8(ascii: "\t"), 0x20...0x7E, 0x80...0xFF: bytes.append(byte)
        default: bytes += "\u{FFFD}".utf8
        }
    }
}

/// Writes a page as Swift: strings are texts, and what `if` and `for` give is put together.
@resultBuilder
package enum HTMLBuilder {
    package static func buildExpression(_ part: HTML) -> HTML { part }
    package static func buildExpression(_ text: String) -> HTML { HTML(text: text) }
    package static func buildOptional(_ part: HTML?) -> HTML { part ?? HTML() }
    package static func buildEither(first part: HTML) -> HTML { part }
    package static func buildEither(second part: HTML) -> HTML { part }
    package static func buildArray(_ parts: [HTML]) -> HTML { joined(parts) }
    package static func buildBlock(_ parts: HTML...) -> HTML { joined(parts) }

    private static func joined(_ parts: [HTML]) -> HTML {
        var whole = HTML()
        for part in parts { whole.append(part) }
        return whole
    }
}
