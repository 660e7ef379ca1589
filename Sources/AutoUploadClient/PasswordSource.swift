import CommandLine
import Platform
import Wire

/// A password that is kept for as long as the program runs, as every new connection needs it.
final class Password: Sendable {
    let bytes: SecretBytes
    /// The environment can't be asked again.
    let isFromEnvironment: Bool

    init(_ bytes: consuming SecretBytes, isFromEnvironment: Bool = false) {
        self.bytes = bytes
        self.isFromEnvironment = isFromEnvironment
    }
}

/// Where the password comes from: the option, then the password file, then the environment, then the configuration.
enum PasswordSource {
    static let variable = "AUTO_UPLOAD_PASSWORD"

    /// - Parameters:
    ///   - environment: what the variable holds, nil when it isn't set.
    ///   - earlier: what was found when the program was started, if it is asked again.
    /// - Throws: `ProgramError` (64) when there is none, (78) when one can't be used.
    static func find(
        in arguments: ParsedArguments, environment: String?, earlier: Password? = nil
    ) throws(ProgramError) -> Password {
        defer { forgetEnvironmentVariable(variable) }
        let given = arguments.secret(of: Options.password)
        if let given, !arguments.isFromConfiguration(Options.password) { return try checked(given, "--password") }
        if let path = arguments.optionalString(of: Options.passwordFile) {
            return try checked(PrivateLine.read(path, for: Options.passwordFile), "the password")
        }
        if let environment {
            return try checked(SecretBytes(environment.utf8), variable, isFromEnvironment: true)
        }
        if let earlier, earlier.isFromEnvironment { return earlier }
        if let given = arguments.secret(of: Options.password) { return try checked(given, "the password") }
        throw .usage("there is no password: give --password-file, or set \(variable)")
    }

    private static func checked(
        _ secret: consuming SecretBytes, _ what: String, isFromEnvironment: Bool = false
    ) throws(ProgramError) -> Password {
        guard ProtocolLimits.passwordLengths.contains(secret.count) else {
            let limit = ProtocolLimits.passwordLengths.upperBound
            throw ProgramError("\(what) must have 1 to \(limit) bytes", exitCode: .configuration)
        }
        return Password(secret, isFromEnvironment: isFromEnvironment)
    }
}
