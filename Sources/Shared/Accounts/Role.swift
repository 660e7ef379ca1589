/// What a user may do with what others have stored. Who has none may send files, and nothing else.
package enum Role: String, CaseIterable, Hashable, Sendable {
    /// Sees all, and may share and delete.
    case admin
    /// Sees all, and changes nothing.
    case viewer

    init?(_ text: ArraySlice<UInt8>) {
        guard let role = Role.allCases.first(where: { text.elementsEqual($0.rawValue.utf8) }) else { return nil }
        self = role
    }
}
