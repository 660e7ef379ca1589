import Encodings

/// A password's hash, written as `$argon2id$v=19$m=65536,t=3,p=4$<salt>$<tag>`: the PHC string format
/// (github.com/P-H-C/phc-string-format) with Argon2id, RFC 9106.
///
/// What it takes in, it writes out byte for byte.
package struct PasswordHash: Sendable {
    package static let saltLengths = 8...64
    package static let tagLengths = 16...64

    package let parameters: Argon2Parameters
    let salt: [UInt8]
    let tag: [UInt8]

    init(parameters: Argon2Parameters, salt: [UInt8], tag: [UInt8]) {
        self.parameters = parameters
        self.salt = salt
        self.tag = tag
    }

    package init(_ text: some Collection<UInt8>) throws(PasswordHashError) {
        let fields = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard fields.count > 2, fields[0].isEmpty else { throw .form }
        guard fields[1].elementsEqual("argon2id".utf8) else { throw .algorithm }
        guard fields.count == 6 else { throw .form }
        guard fields[2].elementsEqual("v=19".utf8) else { throw .version }
        parameters = try Argon2Parameters(phc: fields[3])
        guard let salt = decodeBase64(fields[4], isPadded: false), Self.saltLengths.contains(salt.count) else {
            throw .salt
        }
        guard let tag = decodeBase64(fields[5], isPadded: false), Self.tagLengths.contains(tag.count) else {
            throw .tag
        }
        self.salt = salt
        self.tag = tag
    }

    /// As it stands in the password file.
    package var text: String {
        let cost = "m=\(parameters.memory),t=\(parameters.iterations),p=\(parameters.parallelism)"
        let parts = [salt, tag].map { encodeBase64($0, isPadded: false) }
        return "$argon2id$v=19$\(cost)$\(parts.joined(separator: "$"))"
    }
}

extension PasswordHash: CustomStringConvertible {
    /// Without salt and tag, so that neither gets into a log.
    package var description: String {
        "Argon2id, \(parameters.memory) KiB, \(parameters.iterations) iterations, parallelism \(parameters.parallelism)"
    }
}

/// Why text isn't a password hash that this program can check. It never quotes the text.
package enum PasswordHashError: String, Error, Hashable, Sendable, CaseIterable {
    case form, algorithm, version, parameters, salt, tag
}

extension PasswordHashError: CustomStringConvertible {
    /// In words that follow "the hash".
    package var description: String {
        switch self {
        case .form: "isn't of the form $argon2id$v=19$m=...,t=...,p=...$salt$tag"
        case .algorithm: "isn't of the kind argon2id"
        case .version: "isn't of Argon2's version 19"
        case .parameters: "has parameters that aren't valid or are above the limits"
        case .salt: "has a salt that isn't base64 of 8 to 64 bytes"
        case .tag: "has a tag that isn't base64 of 16 to 64 bytes"
        }
    }
}

extension Argon2Parameters {
    /// Reads `m=…,t=…,p=…`, in this order, as all known writers have it.
    fileprivate init(phc text: some Collection<UInt8>) throws(PasswordHashError) {
        let fields = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count == 3, let memory = parameter("m", fields[0]), let iterations = parameter("t", fields[1]),
            let parallelism = parameter("p", fields[2]),
            let checked = Argon2Parameters(memory: memory, iterations: iterations, parallelism: parallelism)
        else { throw .parameters }
        self = checked
    }
}

/// A decimal number without leading zeros: only then writing gives the same text again.
private func parameter(_ name: Unicode.Scalar, _ field: some Collection<UInt8>) -> UInt32? {
    guard field.starts(with: [UInt8(ascii: name), UInt8(ascii: "=")]) else { return nil }
    let digits = String(decoding: field.dropFirst(2), as: UTF8.self)
    guard let number = UInt32(digits), String(number) == digits else { return nil }
    return number
}
