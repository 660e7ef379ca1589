/// The name of a user, which is also the name of the user's folder on the server.
///
/// 1–64 of the letters A–Z and a–z, digits, ".", "_", "-" and "@"; the first is a letter or a digit, the last is no ".".
/// Names that Windows keeps for devices (CON, COM1, also with an ending) are out: the folder may be shared to it.
package struct UserName: Hashable, Sendable {
    package static let maximumLength = 64

    package let text: String

    package init(_ text: some StringProtocol) throws(UserNameError) {
        try self.init(bytes: Array(text.utf8))
    }

    package init(bytes: some Collection<UInt8>) throws(UserNameError) {
        guard let first = bytes.first else { throw .empty }
        guard bytes.count <= Self.maximumLength else { throw .tooLong }
        guard bytes.allSatisfy(isAllowed) else { throw .character }
        guard isAlphanumeric(first) else { throw .start }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.last != "." else { throw .end }
        let stem = text.lowercased().prefix { $0 != "." }
        guard !Self.devices.contains(String(stem)) else { throw .reserved }
        self.text = text
    }

    /// The name in small letters: two names that are equal in this can't stand beside each other.
    package var folded: String { text.lowercased() }

    /// See "Naming Files, Paths, and Namespaces" in the Windows documentation.
    private static let devices: Set<String> = Set(
        ["con", "prn", "aux", "nul"] + (1...9).flatMap { ["com\($0)", "lpt\($0)"] })
}

extension UserName: CustomStringConvertible {
    package var description: String { text }
}

/// Why text can't be a user's name.
package enum UserNameError: String, Error, Hashable, Sendable, CaseIterable {
    case empty, tooLong, character, start, end, reserved
}

extension UserNameError: CustomStringConvertible {
    /// In words that follow "the name".
    package var description: String {
        switch self {
        case .empty: "must not be empty"
        case .tooLong: "must not be longer than \(UserName.maximumLength) characters"
        case .character: "may hold only the letters A-Z and a-z, digits, \".\", \"_\", \"-\" and \"@\""
        case .start: "must begin with a letter or a digit"
        case .end: "must not end with \".\""
        case .reserved: "is one that Windows keeps for a device"
        }
    }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: false
    }
}

private func isAllowed(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "._-@".utf8.contains(byte)
}
