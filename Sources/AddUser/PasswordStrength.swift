import Accounts
import CommandLine
import Platform

/// Refuses new passwords that are found out soon by who tries likely ones.
enum PasswordStrength {
    /// Characters that a password has at least (NIST SP 800-63B, section 3.1.1).
    private static let fewest = 8
    private static let fewestDifferent = 4
    /// Debian's package cracklib-runtime.
    private static let cracklib = FilterProgram(path: "/usr/sbin/cracklib-check")
    /// Bytes that cracklib looks at.
    private static let longestForCracklib = 255

    /// - Throws: `ProgramError` (65) when it is weak.
    static func check(_ password: borrowing SecretBytes, of user: UserName) throws(ProgramError) {
        guard let flaw = flaw(of: password, user) ?? cracklibsFlaw(of: password) else { return }
        throw ProgramError(
            "this password is weak: \(flaw); choose another one, or have it taken as it is by --force",
            exitCode: .dataError)
    }

    private static func flaw(of password: borrowing SecretBytes, _ user: UserName) -> String? {
        var bytes = password.array
        defer { overwrite(&bytes) }
        // As many as there are bytes of UTF-8 that don't continue a character.
        guard bytes.count(where: { $0 & 0xc0 != 0x80 }) >= fewest else {
            return "it has fewer than \(fewest) characters"
        }
        guard Set(bytes).count >= fewestDifferent else { return "it has too few different characters" }
        if isSystematic(bytes) { return "it runs on as 1234 or dcba do" }
        var rest = lowercased(bytes)
        defer { overwrite(&rest) }
        for part in rest.ranges(of: lowercased(Array(user.text.utf8))).reversed() { rest.removeSubrange(part) }
        return rest.count < fewestDifferent ? "it is hardly more than the user's name" : nil
    }

    /// Whether most characters are followed by their neighbours.
    private static func isSystematic(_ bytes: [UInt8]) -> Bool {
        let steps = zip(bytes, bytes.dropFirst()).count { max($0, $1) - min($0, $1) == 1 }
        return steps >= bytes.count / 2
    }

    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    }

    /// - Returns: what cracklib says against it; nil where cracklib isn't there, or can't be asked.
    private static func cracklibsFlaw(of password: borrowing SecretBytes) -> String? {
        guard password.count <= longestForCracklib, password.isOneLine else { return nil }
        guard var answer = try? cracklib.answer(to: password, limit: 4096) ?? [] else { return nil }
        defer { overwrite(&answer) }
        // It repeats the password, which may hold anything, and says behind ": " what it thinks of it.
        guard let end = answer.ranges(of: [0x3a, 0x20]).last?.upperBound else { return nil }
        let opinion = String(decoding: answer[end...].prefix { $0 != 0x0a }, as: UTF8.self)
        // Five neighbours are too many for cracklib 2.9.6, which one in ten random hexadecimal passwords of 32 characters have.
        return opinion == "OK" || opinion.contains("simplistic") ? nil : escaped(opinion)
    }
}

extension SecretBytes {
    fileprivate var array: [UInt8] {
        withBytes { bytes in
            let bytes = Span<UInt8>(_bytes: bytes)
            return bytes.indices.map { bytes[$0] }
        }
    }

    fileprivate var isOneLine: Bool {
        var bytes = array
        defer { overwrite(&bytes) }
        return !bytes.contains(0x0a)
    }
}
