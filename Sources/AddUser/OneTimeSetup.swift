import Accounts
import CommandLine
import Domain
import Platform
import QRCodes

/// A new seed for one-time codes, and how a person takes it to a device or an app.
struct OneTimeSetup {
    let seed: OneTimeSeed

    private static let issuer = "auto-upload"

    /// Draws a new seed.
    static func make() throws(ProgramError) -> OneTimeSetup {
        do throws(SystemError) {
            guard let seed = try? OneTimeSeed(bytes: randomBytes(OneTimeSeed.newLength)) else {
                throw SystemError("make a seed", errno: .invalid)
            }
            return OneTimeSetup(seed: seed)
        } catch {
            throw ProgramError(error)
        }
    }

    /// The seed as apps take it (Google's key URI format). What apps that read less take for granted isn't said.
    func address(for name: UserName) -> String {
        "otpauth://totp/\(Self.issuer):\(name.text)?secret=\(seed.text)&issuer=\(Self.issuer)"
    }

    /// Shows it on standard output. The QR code is for people: it stays out of what a program reads.
    func show(to name: UserName) {
        let address = address(for: name)
        if Terminal.outputIsTerminal, let code = QRCode(address) { code.terminalLines.forEach(printOutput) }
        printOutput(address)
        printOutput("seed: \(seed.text)")
        printOutput(
            "Scan this, or type the seed into the app; for a device, put the seed into a file that only its user may read "
                + "(--totp-seed-file). Whoever has it can make the codes, and it isn't shown again.")
    }
}
