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
        guard let end = Self.endOfName(in: line) else { throw .noHash }
        do throws(UserNameError) {
            name = try UserName(bytes: line[..<end])
        } catch {
            throw .name(error)
        }
        let separator = line[end]
        let fields = line[(end + 1)...].split(separator: separator, omittingEmptySubsequences: false)
        guard let field = fields.first else { throw .noHash }
        if separator == Self.originalSeparator, fields.count > 1 { throw .oneTimePassword }
        settings = try UserSettings(fields.dropFirst())
        do throws(PasswordHashError) {
            hash = try PasswordHash(field)
        } catch {
            throw .hash(error)
        }
    }

    /// Blank, or beginning with `#`.
    static func isComment(_ line: ArraySlice<UInt8>) -> Bool {
        trimmed(line).first.map { $0 == originalSeparator } ?? true
    }

    /// The name that a line begins with, even if the rest isn't right.
    static func claimedName(in line: ArraySlice<UInt8>) -> UserName? {
        let line = trimmed(line)
        return endOfName(in: line).flatMap { try? UserName(bytes: line[..<$0]) }
    }

    /// Where the hash stands; nil when something stands before it.
    static func hashPlace(in line: ArraySlice<UInt8>) -> Range<Int>? {
        let line = trimmed(line)
        guard let end = endOfName(in: line) else { return nil }
        let rest = line[(end + 1)...]
        guard let next = rest.firstIndex(of: line[end]) else { return rest.startIndex..<rest.endIndex }
        return line[end] == originalSeparator ? nil : rest.startIndex..<next
    }

    /// The line in this version's form, with everything but one setting.
    ///
    /// - Parameter hash: where the hash stands.
    static func without(_ key: UserSettings.Key, _ line: ArraySlice<UInt8>, hash: Range<Int>) -> [UInt8] {
        let line = trimmed(line)
        let settings = line[hash.upperBound...].split(separator: UInt8(ascii: ":")).filter { !key.isSet(by: $0) }
        let fields = [line[..<(hash.lowerBound - 1)], line[hash]] + settings
        return Array(fields.joined(separator: [UInt8(ascii: ":")]))
    }

    /// Between a name and its hash in files of the original.
    private static let originalSeparator = UInt8(ascii: "#")

    private static func endOfName(in line: ArraySlice<UInt8>) -> Int? {
        line.firstIndex { $0 == UInt8(ascii: ":") || $0 == originalSeparator }
    }

    /// Without spaces around it, and without what a Windows editor puts at the end.
    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
        let start = line.drop(while: isSpace)
        guard let end = start.lastIndex(where: { !isSpace($0) }) else { return [] }
        return start[...end]
    }
}
