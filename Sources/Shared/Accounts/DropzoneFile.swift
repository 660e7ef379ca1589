internal import Platform

/// A password file of the Dropzone-backup server: a line per user, `login:prefix:permissions:hash`, with comments (`#`) and blank
/// lines between.
package struct DropzoneFile: Sendable {
    package let lines: [Line]

    package struct Line: Sendable {
        /// From 1.
        package let number: Int
        package let user: Result<DropzoneUser, DropzoneFlaw>
        /// Whose it is, even if the rest isn't right; nil where the line has another form, as what stands first may be anything then.
        package let name: UserName?
    }

    package init(_ content: [UInt8]) {
        var lines: [Line] = []
        let text = content.dropFirst(ByteOrderMark.length(in: content))
        for (index, line) in text.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
            if PasswordEntry.isComment(line) { continue }
            let fields = Self.fields(of: line)
            let user = Result { () throws(DropzoneFlaw) in try DropzoneUser(fields) }
            lines.append(
                Line(number: index + 1, user: user, name: fields.count == 4 ? try? UserName(bytes: fields[0]) : nil))
        }
        self.lines = lines
    }

    /// The last is all that follows the third colon.
    private static func fields(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
        var line = line.drop(while: isSpace)
        while let last = line.last, isSpace(last) { line.removeLast() }
        return line.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
    }
}

/// A user of the Dropzone-backup server who can be taken over.
package struct DropzoneUser: Sendable {
    package let name: UserName
    package let prefix: PathPrefix?
    package let hash: PasswordHash

    /// - Parameter fields: at least one.
    fileprivate init(_ fields: [ArraySlice<UInt8>]) throws(DropzoneFlaw) {
        guard fields.count == 4 else { throw .form }
        do throws(UserNameError) {
            name = try UserName(bytes: fields[0])
        } catch {
            throw .name(error)
        }
        prefix = try Self.prefix(fields[1])
        // That server stored for users without it all the same; what its admin meant was no.
        guard fields[2].contains(UInt8(ascii: "W")) else { throw .mayNotWrite }
        guard !fields[3].isEmpty else { throw .disabled }
        do throws(PasswordHashError) {
            hash = try PasswordHash(fields[3])
        } catch {
            throw .hash(error)
        }
    }

    private static func prefix(_ field: ArraySlice<UInt8>) throws(DropzoneFlaw) -> PathPrefix? {
        if field.isEmpty { return nil }
        do throws(PathPrefix.Flaw) {
            return try PathPrefix(field)
        } catch {
            throw .prefix(error)
        }
    }
}

/// Why a user isn't taken over. It never holds what the line says: that may be a secret.
package enum DropzoneFlaw: Error, Hashable, Sendable {
    case form
    case name(UserNameError)
    case prefix(PathPrefix.Flaw)
    case mayNotWrite
    case disabled
    case hash(PasswordHashError)
    case taken
}

extension DropzoneFlaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .form: "the line isn't login:prefix:permissions:hash"
        case .name(let error): "the name \(error)"
        case .prefix(let flaw): "the prefix can't be used: \(flaw)"
        case .mayNotWrite: "has no permission to write (W) there"
        case .disabled: "is disabled there: it has no password"
        case .hash(let error): "needs a new password: the hash \(error)"
        case .taken: "is in the password file already, with another password or prefix, and stays as it is there"
        }
    }
}

extension PasswordFile {
    /// Adds a user of the other server. One who is there already, with the same password and prefix, changes nothing.
    ///
    /// - Returns: whether the user was added.
    package mutating func add(_ user: DropzoneUser) throws(DropzoneFlaw) -> Bool {
        if let entry = entry(for: user.name), entry.hash.text == user.hash.text, entry.settings.prefix == user.prefix {
            return false
        }
        do throws(PasswordChangeError) {
            try add(user.name, user.hash)
            if let prefix = user.prefix { try setPrefix(prefix, of: user.name) }
        } catch {
            throw .taken
        }
        return true
    }
}
