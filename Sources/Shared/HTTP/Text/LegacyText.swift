/// The text of a header's value, such as `Username`: UTF-8 where it is valid, else Latin-1.
///
/// Which one a client sends can't be told otherwise. curl and aiohttp send UTF-8, requests and browsers Latin-1 (they refuse
/// anything that has none); "müller" is the same user from all of them. Text in Latin-1 that is valid UTF-8 too
/// would have to hold a pair such as "Ã¼", which no name does.
package func headerText(_ bytes: some Collection<UInt8>) -> String {
    String(validating: bytes, as: UTF8.self) ?? latin1Text(bytes)
}

/// The text of a form's names and values: UTF-8 where it is valid, else windows-1252.
///
/// Forms of a page that states no charset are sent in what browsers call Latin-1, which is windows-1252 (WHATWG Encoding,
/// section 4.2): "€" is 0x80 there. Characters that aren't in it are sent as "&#26085;", and stay that: they can't be told
/// from a name that is written so.
package func formText(_ bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return text(bytes.map { (0x80...0x9F).contains($0) ? windows1252[Int($0) - 0x80] : Unicode.Scalar($0) })
}

/// Latin-1 is the first 256 characters of Unicode, each a byte.
func latin1Text(_ bytes: some Collection<UInt8>) -> String {
    text(bytes.map { Unicode.Scalar($0) })
}

private func text(_ scalars: [Unicode.Scalar]) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
}

/// What windows-1252 has for 0x80 to 0x9F (WHATWG Encoding, index windows-1252); five are controls, as in Latin-1.
private let windows1252: [Unicode.Scalar] = [
    "\u{20AC}", "\u{81}", "\u{201A}", "\u{192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}",
    "\u{2C6}", "\u{2030}", "\u{160}", "\u{2039}", "\u{152}", "\u{8D}", "\u{17D}", "\u{8F}",
    "\u{90}", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}",
    "\u{2DC}", "\u{2122}", "\u{161}", "\u{203A}", "\u{153}", "\u{9D}", "\u{17E}", "\u{178}",
]
