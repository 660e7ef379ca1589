import CommandLine
import Domain
import Encodings
import Platform
import Transport
import Wire

/// Where one-time codes come from, for users who have to give them.
final class OneTimeCodeSource {
    private enum Kind {
        case none
        case seed(OneTimeSeed)
        /// From a person, for the first login.
        case typed(Credential)
        case spent
    }

    private var kind: Kind

    private init(_ kind: Kind) {
        self.kind = kind
    }

    static var none: OneTimeCodeSource { OneTimeCodeSource(.none) }

    /// - Throws: `ProgramError` with 64 for a code that can't be one, 78 for a seed that can't be used.
    static func find(in arguments: ParsedArguments) throws(ProgramError) -> OneTimeCodeSource {
        let typed = arguments.secret(of: Options.oneTimeCode)
        guard let path = arguments.optionalString(of: Options.oneTimeSeedFile) else {
            guard let typed else { return none }
            return OneTimeCodeSource(.typed(try code(typed)))
        }
        if typed != nil { throw .usage("--totp-code and --totp-seed-file exclude each other") }
        return OneTimeCodeSource(.seed(try seed(PrivateLine.read(path, for: Options.oneTimeSeedFile), in: path)))
    }

    /// - Parameter serverTime: by the server's clock: this device's may be wrong.
    func code(at serverTime: Int64) throws(SyncFailure) -> Credential {
        switch kind {
        case .none: return Credential([])
        case .seed(let seed):
            guard let code = seed.code(of: TimeStep(at: serverTime)) else {
                throw .local("the one-time code can't be computed: OpenSSL here has no SHA-1, or no memory")
            }
            return code
        case .typed(let code):
            kind = .spent
            return code
        case .spent:
            let text = "the code of --totp-code has been used; start again with another, or use --totp-seed-file"
            throw .loginDenied(Refusal(status: .credentialsWrong, text: text))
        }
    }

    private static func seed(_ line: consuming SecretBytes, in path: String) throws(ProgramError) -> OneTimeSeed {
        do throws(OneTimeSeed.Flaw) {
            return try OneTimeSeed(line.array)
        } catch {
            throw ProgramError("--totp-seed-file: what \(escaped(path)) holds \(error)", exitCode: .configuration)
        }
    }

    private static func code(_ typed: consuming SecretBytes) throws(ProgramError) -> Credential {
        let digits = typed.array.filter { $0 != UInt8(ascii: " ") }
        guard digits.count == OneTimeSeed.digits, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .usage("--totp-code takes the \(OneTimeSeed.digits) digits that the app shows")
        }
        return Credential(digits)
    }
}

extension SecretBytes {
    fileprivate var array: [UInt8] { withBytes { [UInt8](Span<UInt8>(_bytes: $0)) } }
}
