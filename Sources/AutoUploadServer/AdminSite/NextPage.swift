import HTML

/// Where somebody wanted to go before the login. Only pages of this site count: a link to the login page can't lead elsewhere.
struct NextPage {
    let url: String

    /// - Parameter text: as it stood in a link, which anybody may have made.
    init?(_ text: String?) {
        guard let text, text.hasPrefix(Self.start), text.utf8.count <= Self.longest else { return nil }
        guard text.utf8.allSatisfy(Self.mayStand), !text.contains("//") else { return nil }
        url = text
    }

    private static let start = "/admin/"
    private static let longest = 8192

    /// What `OwnURL` writes.
    private static func mayStand(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
        default: "-._~/%?&=".utf8.contains(byte)
        }
    }
}
