import Accounts
import CommandLine
import Platform

/// What is to be set for a user, or taken off.
struct SettingsChange {
    private let quota: Change<UInt64>?
    private let prefix: Change<PathPrefix>?

    private enum Change<Value> {
        case set(Value)
        case takeOff
    }

    /// - Throws: `ProgramError` (64) for what can't be set.
    init(_ arguments: ParsedArguments) throws(ProgramError) {
        quota = try arguments.optionalString(of: AddUserOptions.quota).map(Self.quota)
        prefix = try arguments.optionalString(of: AddUserOptions.prefix).map(Self.prefix)
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

    /// For a person; nil: nothing.
    var description: String? {
        switch (quota, prefix) {
        case (nil, nil): nil
        case (_?, nil): "quota"
        case (nil, _?): "prefix"
        case (_?, _?): "quota and prefix"
        }
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
    }
}
