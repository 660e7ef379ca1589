/// What stands where in a line of the password file, whether it is right or not.
struct LineParts {
    let name: ArraySlice<UInt8>
    let hash: ArraySlice<UInt8>
    /// In the original's form: `name#hash` or `name#seed#hash`.
    let isOriginal: Bool
    /// What stands in a line of the original between name and hash.
    let seed: ArraySlice<UInt8>?
    let settings: ArraySlice<ArraySlice<UInt8>>

    /// - Parameter line: without spaces around it.
    /// - Returns: nil when there is no hash, or it can't be told where it stands.
    init?(_ line: ArraySlice<UInt8>) {
        guard let end = Self.endOfName(in: line) else { return nil }
        let fields = line[(end + 1)...].split(separator: line[end], omittingEmptySubsequences: false)
        name = line[..<end]
        isOriginal = line[end] == Self.originalSeparator
        switch (isOriginal, fields.count) {
        case (_, 0): return nil
        case (false, _), (_, 1): (seed, hash, settings) = (nil, fields[0], isOriginal ? [] : fields.dropFirst())
        case (_, 2): (seed, hash, settings) = (fields[0], fields[1], [])
        default: return nil
        }
    }

    /// The line in this version's form, with everything but one setting.
    ///
    /// - Returns: nil when there is a seed that can't stand in that form.
    func without(_ key: UserSettings.Key) -> [UInt8]? {
        var fields = [name, hash] + settings.filter { !$0.isEmpty && !key.isSet(by: $0) }
        if let seed, key != .totp {
            guard !seed.contains(Self.separator) else { return nil }
            fields.append(UserSettings.Key.totp.start + seed)
        }
        return Array(fields.joined(separator: [Self.separator]))
    }

    static func endOfName(in line: ArraySlice<UInt8>) -> Int? {
        line.firstIndex { $0 == separator || $0 == originalSeparator }
    }

    private static let separator = UInt8(ascii: ":")
    /// Between the fields of a line of the original.
    static let originalSeparator = UInt8(ascii: "#")
}
