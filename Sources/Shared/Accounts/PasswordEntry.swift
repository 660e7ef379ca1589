/// A user's line of the password file.
package struct PasswordEntry: Sendable {
    package let name: UserName
    package let hash: PasswordHash
    package let settings: UserSettings

    /// Bytes.
    static let longestLine = 1024

    init(line: ArraySlice<UInt8>) throws(LineProblem.Reason) {
        let line = Self.trimmed(line)
        guard line.count <= Self.longestLine else { throw .tooLong }
        guard let parts = LineParts(line) else { throw .noHash }
        do throws(UserNameError) {
            name = try UserName(bytes: parts.name)
        } catch {
            throw .name(error)
        }
        settings = try parts.isOriginal ? UserSettings(originalSeed: parts.seed) : UserSettings(parts.settings)
        do throws(PasswordHashError) {
            hash = try PasswordHash(parts.hash)
        } catch {
            throw .hash(error)
        }
    }

    /// Blank, or beginning with `#`.
    static func isComment(_ line: ArraySlice<UInt8>) -> Bool {
        trimmed(line).first.map { $0 == LineParts.originalSeparator } ?? true
    }

    /// The name that a line begins with, even if the rest isn't right.
    static func claimedName(in line: ArraySlice<UInt8>) -> UserName? {
        let line = trimmed(line)
        return LineParts.endOfName(in: line).flatMap { try? UserName(bytes: line[..<$0]) }
    }

    /// What stands where in a line, right or not.
    static func parts(of line: ArraySlice<UInt8>) -> LineParts? { LineParts(trimmed(line)) }

    /// Without spaces around it, and without what a Windows editor puts at the end.
    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
        let start = line.drop(while: isSpace)
        guard let end = start.lastIndex(where: { !isSpace($0) }) else { return [] }
        return start[...end]
    }
}
