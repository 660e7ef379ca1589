import Accounts
import CommandLine
import Domain
import Platform

/// What is to be set for a user, or taken off.
struct SettingsChange {
    private let change: UserChange
    private let seed: UserChange.Value<OneTimeSeed>?
    /// What is to be shown of a new seed.
    let newCodes: OneTimeSetup?

    /// - Throws: `ProgramError` (64) for what can't be set.
    init(_ arguments: ParsedArguments) throws(ProgramError) {
        var change = UserChange()
        change.quota = try arguments.optionalString(of: AddUserOptions.quota).map(Self.quota)
        change.prefix = try arguments.optionalString(of: AddUserOptions.prefix).map(Self.prefix)
        change.role = try arguments.optionalString(of: AddUserOptions.role).map(Self.role)
        if arguments.flag(AddUserOptions.totp), arguments.flag(AddUserOptions.noTOTP) {
            throw .usage("--totp and --no-totp exclude each other")
        }
        if arguments.flag(AddUserOptions.lock), arguments.flag(AddUserOptions.unlock) {
            throw .usage("--lock and --unlock exclude each other")
        }
        change.isLocked =
            arguments.flag(AddUserOptions.lock) ? true : arguments.flag(AddUserOptions.unlock) ? false : nil
        self.change = change
        newCodes = arguments.flag(AddUserOptions.totp) ? try OneTimeSetup.make() : nil
        seed = newCodes.map { .set($0.seed) } ?? (arguments.flag(AddUserOptions.noTOTP) ? .takeOff : nil)
    }

    private static func quota(_ text: String) throws(ProgramError) -> UserChange.Value<UInt64> {
        if text == "none" { return .takeOff }
        guard let bytes = byteCount(text.utf8) else {
            throw .usage("--quota takes bytes, also as in 500M or 2G, or none")
        }
        return .set(bytes)
    }

    private static func prefix(_ text: String) throws(ProgramError) -> UserChange.Value<PathPrefix> {
        if text.isEmpty { return .takeOff }
        do throws(PathPrefix.Flaw) {
            return .set(try PathPrefix(text.utf8))
        } catch {
            throw .usage("--prefix takes folders, as in some/folder, or '' for none: \(error)")
        }
    }

    private static func role(_ text: String) throws(ProgramError) -> UserChange.Value<Role> {
        if text == "none" { return .takeOff }
        guard let role = Role(rawValue: text) else { throw .usage("--role takes admin, viewer or none") }
        return .set(role)
    }

    /// For a person; nil: nothing.
    var description: String? {
        let changed = [
            change.quota.map { _ in "quota" }, change.prefix.map { _ in "prefix" }, seed.map { _ in "one-time codes" },
            change.role.map { _ in "role" }, change.isLocked.map { _ in "lock" },
        ]
        let names = changed.compactMap(\.self)
        return names.isEmpty ? nil : names.joined(separator: " and ")
    }

    func apply(to name: UserName, in file: inout PasswordFile) throws(PasswordChangeError) {
        try file.set(change, of: name)
        switch seed {
        case .set(let seed): try file.setSeed(seed, of: name)
        case .takeOff: try file.setSeed(nil, of: name)
        case nil: break
        }
    }
}
