import Accounts
import HTTP
import Platform

/// What an admin has filled in for a user. The form tells what it showed, too: what wasn't touched stays as it is by now.
struct UserForm {
    let change: UserChange

    static let quota = "quota"
    static let prefix = "prefix"
    static let role = "role"
    static let lock = "locked"
    /// Stands before the name of a field that tells what was shown.
    static let before = "was-"
    /// Of the choice that takes the role off.
    static let noRole = "none"

    init(_ form: URLEncodedForm) throws(SiteTrouble) {
        var change = UserChange()
        if let text = Self.changed(Self.quota, in: form) { change.quota = try Self.quota(text) }
        if let text = Self.changed(Self.prefix, in: form) { change.prefix = try Self.prefix(text) }
        if let text = Self.changed(Self.role, in: form) { change.role = try Self.role(text) }
        if let text = Self.changed(Self.lock, in: form) { change.isLocked = text == "y" }
        self.change = change
    }

    /// - Returns: nil where it is as it was shown, or isn't asked for.
    private static func changed(_ name: String, in form: URLEncodedForm) -> String? {
        guard let shown = form[before + name] else { return nil }
        let given = form[name] ?? ""
        return given == shown ? nil : given
    }

    private static func quota(_ text: String) throws(SiteTrouble) -> UserChange.Value<UInt64> {
        if text.isEmpty { return .takeOff }
        guard let bytes = byteCount(text.utf8) else {
            throw .badForm("“\(text)” isn't a size, as in 500M or 2G.")
        }
        return .set(bytes)
    }

    private static func prefix(_ text: String) throws(SiteTrouble) -> UserChange.Value<PathPrefix> {
        if text.isEmpty { return .takeOff }
        do throws(PathPrefix.Flaw) {
            return .set(try PathPrefix(text.utf8))
        } catch {
            throw .badForm("“\(text)” can't stand before a user's paths: \(error).")
        }
    }

    private static func role(_ text: String) throws(SiteTrouble) -> UserChange.Value<Role> {
        if text == noRole { return .takeOff }
        guard let role = Role(rawValue: text) else { throw .badForm("“\(text)” is no role.") }
        return .set(role)
    }
}
