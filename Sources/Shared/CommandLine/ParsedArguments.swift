package import Platform

/// What a command line and a configuration file say, checked against the table of options.
package struct ParsedArguments: Sendable {
    /// What is to be done instead of the usual work.
    package internal(set) var command: Command?
    /// The first words of a command's name, as long as the last is missing.
    var words: [String] = []
    /// What stands behind the command, in order: as many as it names.
    package internal(set) var operands: [String] = []
    private var texts: [String: String] = [:]
    /// Of options that may be given several times.
    private var lists: [String: [String]] = [:]
    private var secrets: [String: SharedSecret] = [:]
    private var fromConfiguration: Set<String> = []
    /// What was there before a configuration filled it, if one did.
    private var unfilled: [ParsedArguments] = []

    /// Whether the option stands on the command line or in the configuration.
    package func isGiven(_ option: Option) -> Bool {
        texts[option.name] != nil || lists[option.name] != nil || secrets[option.name] != nil
    }

    /// Whether the option stands in the configuration and not on the command line.
    package func isFromConfiguration(_ option: Option) -> Bool {
        fromConfiguration.contains(option.name)
    }

    /// Whether the other one says the same of the option. Secrets aren't compared.
    package func isSame(_ option: Option, as other: ParsedArguments) -> Bool {
        texts[option.name] == other.texts[option.name] && lists[option.name] == other.lists[option.name]
    }

    /// Whether a flag is set.
    package func flag(_ option: Option) -> Bool {
        optionalString(of: option).flatMap(yesNoValue) ?? false
    }

    /// The option's text, or its default.
    ///
    /// - Throws: a usage error when there is neither.
    package func string(of option: Option) throws(ProgramError) -> String {
        try require(optionalString(of: option), option)
    }

    package func optionalString(of option: Option) -> String? {
        texts[option.name] ?? option.defaultText
    }

    /// All texts of an option that may be given several times: those of the configuration first, each in its order.
    package func strings(of option: Option) -> [String] {
        lists[option.name] ?? []
    }

    package func yesNo(of option: Option) throws(ProgramError) -> Bool {
        try require(optionalString(of: option).flatMap(yesNoValue), option)
    }

    package func integer(of option: Option) throws(ProgramError) -> Int {
        try require(optionalInteger(of: option), option)
    }

    package func optionalInteger(of option: Option) -> Int? {
        optionalString(of: option).flatMap(integerValue)
    }

    package func seconds(of option: Option) throws(ProgramError) -> Double {
        try require(optionalSeconds(of: option), option)
    }

    package func optionalSeconds(of option: Option) -> Double? {
        optionalString(of: option).flatMap(secondsValue)
    }

    /// Bytes.
    package func size(of option: Option) throws(ProgramError) -> UInt64 {
        try require(optionalSize(of: option), option)
    }

    package func optionalSize(of option: Option) -> UInt64? {
        optionalString(of: option).flatMap { byteCount($0.utf8) }
    }

    /// Permission bits, 0 … 0o777.
    package func permissions(of option: Option) throws(ProgramError) -> UInt32 {
        try require(optionalString(of: option).flatMap(permissionsValue), option)
    }

    /// The secret that was given, as a copy of the caller's own; nil when there is none.
    package func secret(of option: Option) -> SecretBytes? {
        secrets[option.name]?.bytes.copy()
    }

    private func require<Value>(_ value: Value?, _ option: Option) throws(ProgramError) -> Value {
        guard let value else { throw .missing(option) }
        return value
    }

    mutating func set(_ option: Option, _ text: String) {
        if option.isRepeatable { return lists[option.name, default: []].append(text) }
        texts[option.name] = text
    }

    mutating func set(_ option: Option, secret: consuming SecretBytes) {
        secrets[option.name] = SharedSecret(secret)
    }

    /// What the command line alone says.
    var ofCommandLine: ParsedArguments { unfilled.first ?? self }

    /// Takes over what only `other` says, and what it says besides of options that may be given several times.
    mutating func fill(from other: ParsedArguments) {
        unfilled = [self]
        fromConfiguration = Set(other.texts.keys).union(other.secrets.keys).subtracting(texts.keys)
        fromConfiguration.subtract(secrets.keys)
        texts.merge(other.texts) { mine, _ in mine }
        lists.merge(other.lists) { mine, others in others + mine }
        secrets.merge(other.secrets) { mine, _ in mine }
    }
}

/// A secret that several may hold; it is overwritten when the last one lets go.
private final class SharedSecret: Sendable {
    let bytes: SecretBytes

    init(_ bytes: consuming SecretBytes) {
        self.bytes = bytes
    }
}

extension ProgramError {
    static func missing(_ option: Option) -> ProgramError {
        let value = option.value.name.map { " \($0)" } ?? ""
        return .usage("\(option.written)\(value) is missing")
    }
}
