import Domain
import Platform

/// How names are written down where the file system doesn't take, or silently changes, some that clients use: FAT and exFAT take no
/// `:`, and drop dots at the end.
///
/// A byte that can't stand is written as "%" and two upper-case hexadecimal digits, and so is a "%" that is followed by two such digits already:
/// so a name is found again from its spelling, and no two have the same. Where the file system takes all names as they are, so does
/// this.
struct NameSpelling: Equatable, Sendable {
    /// Bytes that a name can't have.
    var refused: Set<UInt8> = []
    /// Bytes that a name can't end with.
    var refusedAtEnd: Set<UInt8> = []
    /// Names that Windows keeps for devices can't be used.
    var refusesDevices = false
    /// Which bytes from 0x80 on a name can't have.
    var beyondASCII = BeyondASCII.taken
    /// Bytes that a name may have.
    var longest = FileName.maximumLength

    enum BeyondASCII: Sendable {
        case taken
        /// Where they are UTF-8 throughout.
        case takenAsUTF8
        case refused
    }

    static let plain = NameSpelling()

    /// For FAT and the like, where nothing could be tried.
    static let cautious = NameSpelling(
        refused: Set(NameTrial.suspects), refusedAtEnd: [UInt8(ascii: "."), UInt8(ascii: " ")],
        refusesDevices: true, beyondASCII: .takenAsUTF8)

    private var isPlain: Bool { self == .plain }

    /// - Throws: `.nameUnusable` where the spelling is too long.
    func spelled(_ path: RemotePath) throws(VaultError) -> RemotePath {
        if isPlain { return path }
        var components: [[UInt8]] = []
        for component in path.components {
            let spelled = spelled(component)
            guard spelled.count <= longest else { throw Self.unusable(component) }
            components.append(spelled)
        }
        do throws(RemotePath.Flaw) {
            return try RemotePath(components: components)
        } catch {
            throw Self.unusable(path.components.last ?? [])
        }
    }

    private static func unusable(_ name: [UInt8]) -> VaultError {
        .nameUnusable(FileName(name) ?? FileName(constant: "file"))
    }

    func spelled(_ name: [UInt8]) -> [UInt8] {
        if isPlain { return name }
        let spellsAll = spellsBeyondASCII(name)
        let spellsFirst = refusesDevices && Self.isDevice(name)
        var spelled: [UInt8] = []
        for (index, byte) in name.enumerated() {
            let isLast = index == name.count - 1
            if refused.contains(byte) || (index == 0 && spellsFirst) || (isLast && refusedAtEnd.contains(byte))
                || (byte >= 0x80 && spellsAll)
                || (byte == Self.mark && Self.hasDigits(name[(index + 1)...]))
            {
                spelled += [Self.mark, Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
            } else {
                spelled.append(byte)
            }
        }
        return spelled
    }

    /// See "Naming Files, Paths, and Namespaces" in the Windows documentation.
    private static func isDevice(_ name: [UInt8]) -> Bool {
        let stem = String(decoding: name.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self).lowercased()
        return devices.contains(String(stem.prefix { $0 != " " }))
    }

    private static let devices = Set(["con", "prn", "aux", "nul"] + (1...9).flatMap { ["com\($0)", "lpt\($0)"] })

    private func spellsBeyondASCII(_ name: [UInt8]) -> Bool {
        switch beyondASCII {
        case .taken: false
        case .takenAsUTF8: String(validating: name, as: UTF8.self) == nil
        case .refused: true
        }
    }

    /// The name that a spelling leads back to.
    static func unspelled(_ spelling: [UInt8]) -> [UInt8] {
        var (name, rest) = ([UInt8](), spelling[...])
        while let byte = rest.popFirst() {
            let code = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == mark, hasDigits(rest), let coded = UInt8(code, radix: 16) {
                name.append(coded)
                rest = rest.dropFirst(2)
            } else {
                name.append(byte)
            }
        }
        return name
    }

    /// Whether a path may be what a confirmation told: then it is looked for as it is, too.
    func isSpelling(_ path: RemotePath) -> Bool {
        !isPlain
            && path.components.allSatisfy { name in
                refused.isDisjoint(with: name) && !(name.last.map(refusedAtEnd.contains) ?? true)
                    && !(spellsBeyondASCII(name) && name.contains { $0 >= 0x80 })
            }
    }

    private static func hasDigits(_ rest: ArraySlice<UInt8>) -> Bool {
        rest.count >= 2 && rest.prefix(2).allSatisfy(digits.contains)
    }

    private static let mark = UInt8(ascii: "%")
    private static let digits = Array("0123456789ABCDEF".utf8)
}
