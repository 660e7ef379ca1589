import Accounts
import CommandLine
import Domain
import Platform

/// What is to be set for a user, or taken off.
struct SettingsChange {
    private let quota: Change<UInt64>?
    private let prefix: Change<PathPrefix>?
    private let seed: Change<OneTimeSeed>?
    private let lock: Bool?
    private let role: Change<Role>?
    /// What is to be shown of a new seed.
    let newCodes: OneTimeSetup?

    private enum Change<Value> {
        case set(Value)
        case takeOff
    }

    /// - Throws: `ProgramError` (64) for what can't be set.
    init(_ arguments: ParsedArguments) throws(ProgramError) {
        quota = try arguments.optionalString(of: AddUserOptions.quota).map(Self.quota)
        prefix = try arguments.optionalString(of: AddUserOptions.prefix).map(Self.prefix)
        role = try arguments.optionalString(of: AddUserOptions.role).map(Self.role)
        if arguments.flag(AddUserOptions.totp), arguments.flag(AddUserOptions.noTOTP) {
            throw .usage("--totp and --no-totp exclude each other")
        }
        if arguments.flag(AddUserOptions.lock), arguments.flag(AddUserOptions.unlock) {
            throw .usage("--lock and --unlock exclude each other")
        }
        lock = arguments.flag(AddUserOptions.lock) ? true : arguments.flag(AddUserOptions.unlock) ? false : nil
        newCodes = arguments.flag(AddUserOptions.totp) ? try OneTimeSetup.make() : nil
        seed = newCodes.map { .set($0.seed) } ?? (arguments.flag(AddUserOptions.noTOTP) ? .takeOff : nil)
    }

    private static func quota(_ text: String) throws(ProgramError) -> Change<UInt64> {
        if text == "none" { return .takeOff }
        guard let bytes = byteCount(text.utf8) else {
            throw .usage("--quota takes bytes, also as in 500M or 2G, or none")
        }
        return .set(bytes)
    }

    private static func prefix(_ text: String) throws(ProgramError) -> Change<PathPrefix> {
        if text.isEmpty { return .takeOff }
        do throws(PathPrefix.Flaw) {
            return .set(try PathPrefix(text.utf8))
        } catch {
            throw .usage("--prefix takes folders, as in some/folder, or '' for none: \(error)")
        }
    }

    private static func role(_ text: String) throws(ProgramError) -> Change<Role> {
        if text == "none" { return .takeOff }
        guard let role = Role(rawValue: text) else { throw .usage("--role takes admin, viewer or none") }
        return .set(role)
    }

    /// For a person; nil: nothing.
    var description: String? {
        let changed = [
            quota.map { _ in "quota" }, prefix.map { _ in "prefix" }, seed.map { _ in "one-time codes" },
            role.map { _ in "role" }, lock.map { _ in "lock" },
        ]
        let names = changed.compactMap(\.self)
        return names.isEmpty ? nil : names.joined(separator: " and ")
    }

    func apply(to name: UserName, in file: inout PasswordFile) throws(PasswordChangeError) {
        switch quota {
        case .set(let bytes): try file.setQuota(bytes, of: name)
        case .takeOff: try file.setQuota(nil, of: name)
        case nil: break
        }
        switch prefix {
        case .set(let folders): try file.setPrefix(folders, of: name)
        case .takeOff: try file.setPrefix(nil, of: name)
        case nil: break
        }
        switch seed {
        case .set(let seed): try file.setSeed(seed, of: name)
        case .takeOff: try file.setSeed(nil, of: name)
        case nil: break
        }
        switch role {
        case .set(let role): try file.setRole(role, of: name)
        case .takeOff: try file.setRole(nil, of: name)
        case nil: break
        }
        if let lock { try file.setLock(lock, of: name) }
    }
}
