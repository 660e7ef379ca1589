import Domain
package import Platform

/// Which key for receipts a storage was used with, kept in the storage itself: it tells a path that is mistyped, or a key's file
/// that is lost, from a first start.
package struct ReceiptKeyMark {
    private let folder: Directory

    private static let name = FileName(constant: "receipt-key-in-use")
    private static let newName = FileName(constant: "receipt-key-in-use.new")
    private static let largest = 1024

    /// - Parameter own: the server's own folder of the storage.
    package init(in own: Directory) {
        folder = own
    }

    /// What the mark says.
    enum Finding {
        case none
        /// A person wants another key.
        case forgotten
        case key(ReceiptKey)
        /// It is there, but damaged: a key was used.
        case unknown

        var key: ReceiptKey? { if case .key(let key) = self { key } else { nil } }
    }

    func read() throws(SystemError) -> Finding {
        let content: [UInt8]
        do throws(SystemError) {
            content = try folder.open(Self.name, .reading).readAll(limit: Self.largest)
        } catch {
            if error.errno == .noEntry { return .none }
            throw error
        }
        let text = String(decoding: content.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        if text == Self.forgotten { return .forgotten }
        return ReceiptKey(hex: text[...]).map { .key($0) } ?? .unknown
    }

    /// Notes that the key is used from now on.
    func write(_ key: ReceiptKey) throws(SystemError) {
        try write("\(key)")
    }

    /// Notes that whatever key is found, or made, may be used: a person wants it so.
    package func forget() throws(SystemError) {
        try write(Self.forgotten)
    }

    private static let forgotten = "forgotten"

    private func write(_ text: String) throws(SystemError) {
        try? folder.remove(Self.newName)
        let file = try folder.open(Self.newName, .creating(permissions: 0o600))
        try file.write(Array("\(text)\n".utf8))
        try file.flush()
        try folder.rename(Self.newName, to: folder, as: Self.name)
        try folder.flush()
    }
}
