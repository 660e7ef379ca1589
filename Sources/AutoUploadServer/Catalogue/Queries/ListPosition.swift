import Encodings

/// A place in a list, behind which it goes on: rows may come and go meanwhile.
package struct ListPosition: Hashable, Sendable {
    /// What the list is ordered by: bytes, seconds or milliseconds; in one by name, the number of the folder.
    let key: Int64
    /// The row's.
    let id: Int64
    /// In a list by name.
    let name: [UInt8]

    init(key: Int64, id: Int64, name: [UInt8] = []) {
        (self.key, self.id, self.name) = (key, id, name)
    }

    /// As it stands in an address: digits, small letters, "-" and "_".
    package var text: String { "\(key)_\(id)_\(hexadecimal(name))" }

    /// - Returns: nil for what `text` doesn't write.
    package init?(text: some StringProtocol) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, let key = Int64(parts[0]), let id = Int64(parts[1]),
            let name = bytes(ofHexadecimal: parts[2])
        else { return nil }
        self.init(key: key, id: id, name: name)
        guard self.text == text else { return nil }
    }
}
