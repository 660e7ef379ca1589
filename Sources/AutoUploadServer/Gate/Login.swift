import Accounts

/// What let somebody in: it counts as long as the user's line has this hash.
struct Login: Hashable, Sendable {
    let user: UserName
    private let hash: String

    init(_ entry: PasswordEntry) {
        user = entry.name
        hash = entry.hash.text
    }

    /// Why it counts no more, if so.
    ///
    /// - Parameter entry: the user's line as it is now.
    func objection(_ entry: PasswordEntry?) -> Eviction? {
        guard let entry else { return .userRemoved }
        return entry.hash.text == hash ? nil : .passwordChanged
    }
}
