internal import CExpat

/// Reads small documents of XML, such as the answers of an S3 engine. One with a document type, and so with entities of its own, is refused.
/// Expat's XML_Parser.
@safe package final class XMLDocument {
    private let parser: XML_Parser?
    /// The elements that are open, the outermost first.
    private var open: [XMLElement] = []
    private var root: XMLElement?
    private var elements = 0
    private var isRefused = false

    private static let deepest = 16
    private static let mostElements = 100_000

    private init() {
        unsafe parser = XML_ParserCreate("UTF-8")
    }

    deinit {
        unsafe XML_ParserFree(parser)
    }

    /// - Parameter text: it is for the caller to bound its length.
    /// - Returns: nil when it isn't one whole document, or nests deeper, or has more in it, than any answer.
    package static func root(of text: [UInt8]) -> XMLElement? {
        let document = XMLDocument()
        return document.read(text) ? document.root : nil
    }

    private func read(_ text: [UInt8]) -> Bool {
        guard unsafe parser != nil else { return false }
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        unsafe XML_SetElementHandler(parser, Self.begin, Self.end)
        unsafe XML_SetCharacterDataHandler(parser, Self.text)
        unsafe XML_SetStartDoctypeDeclHandler(parser, Self.refuse)
        let status = unsafe text.withUnsafeBytes { bytes in
            unsafe XML_Parse(
                parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(clamping: bytes.count), 1)
        }
        return status == XML_STATUS_OK && !isRefused
    }

    private static let begin: XML_StartElementHandler = { owner, name, _ in
        guard let document = unsafe XMLDocument.of(owner), let name = unsafe name else { return }
        unsafe document.begin(String(cString: name))
    }

    private static let end: XML_EndElementHandler = { owner, _ in unsafe XMLDocument.of(owner)?.end() }

    private static let text: XML_CharacterDataHandler = { owner, bytes, count in
        guard let document = unsafe XMLDocument.of(owner), let bytes = unsafe bytes, count > 0 else { return }
        let memory = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
        document.add(unsafe String(decoding: memory, as: UTF8.self))
    }

    private static let refuse: XML_StartDoctypeDeclHandler = { owner, _, _, _, _ in
        unsafe XMLDocument.of(owner)?.refuse()
    }

    private static func of(_ owner: UnsafeMutableRawPointer?) -> XMLDocument? {
        unsafe owner.map { unsafe Unmanaged<XMLDocument>.fromOpaque($0).takeUnretainedValue() }
    }

    private func begin(_ name: String) {
        elements += 1
        guard open.count < Self.deepest, elements <= Self.mostElements else { return refuse() }
        open.append(XMLElement(name: name.split(separator: ":").last.map(String.init) ?? name))
    }

    private func end() {
        guard let element = open.popLast() else { return }
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    private func add(_ text: String) {
        if !open.isEmpty { open[open.count - 1].text += text }
    }

    private func refuse() {
        isRefused = true
        unsafe XML_StopParser(parser, XML_Bool(XML_FALSE))
    }
}
