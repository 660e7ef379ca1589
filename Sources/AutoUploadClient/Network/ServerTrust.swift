import CommandLine
import Platform
import Transport

/// What a server has to show to be trusted, and what it is shown.
struct ServerTrust {
    private let authorities: String?
    private let pins: Set<KeyPin>
    /// Paths of the client's own certificate and key.
    private let certificate: (chain: String, key: String)?
    let minimumTLS: TLSVersion
    /// The options that name files, for messages.
    private let named: [Option]

    /// - Throws: `ProgramError` (64) for a value that can't be understood.
    init(_ arguments: ParsedArguments) throws(ProgramError) {
        authorities = arguments.optionalString(of: Options.authorities)
        pins = try Self.pins(arguments.strings(of: Options.pins))
        certificate = try Self.certificate(arguments)
        minimumTLS = try Self.minimumTLS(arguments)
        named = [Options.authorities, Options.clientCertificate, Options.clientKey].filter(arguments.isGiven)
    }

    /// - Throws: `ProgramError` (78) when a file can't be used.
    func context() throws(ProgramError) -> TLSContext {
        do throws(TLSError) {
            return try TLSContext(
                authorities: authorities, pins: pins, certificate: certificate, minimum: minimumTLS)
        } catch {
            let options = named.map(\.written).joined(separator: ", ")
            throw ProgramError(options.isEmpty ? "\(error)" : "\(options): \(error)", exitCode: .configuration)
        }
    }

    private static func pins(_ texts: [String]) throws(ProgramError) -> Set<KeyPin> {
        var pins: Set<KeyPin> = []
        for text in texts {
            guard let pin = KeyPin(text) else {
                throw .usage("--pin takes sha256// and a SHA-256 in base64 (44 characters), not \(escaped(text))")
            }
            pins.insert(pin)
        }
        return pins
    }

    private static func certificate(_ arguments: ParsedArguments) throws(ProgramError) -> (chain: String, key: String)?
    {
        let chain = arguments.optionalString(of: Options.clientCertificate)
        let key = arguments.optionalString(of: Options.clientKey)
        if let chain, let key { return (chain, key) }
        if chain == nil, key == nil { return nil }
        throw .usage("--client-certificate and --client-key go together")
    }

    private static func minimumTLS(_ arguments: ParsedArguments) throws(ProgramError) -> TLSVersion {
        switch try arguments.string(of: Options.minimumTLS) {
        case "1.2": return .tls12
        case "1.3": return .tls13
        default: throw .usage("--tls-minimum takes 1.2 or 1.3")
        }
    }
}
