import CommandLine
import Domain
import Platform
import Wire

/// The command by which a person lets a server's new receipt key stand, so that files are wiped again.
enum AcceptReceiptKey {
    static let name = "accept-receipt-key"
    /// Stands for a server that signs no receipts any more.
    static let noKey = "none"

    static let command = Command(
        name, operands: ["KEY"], required: [Options.servername, Options.username, Options.folder],
        help:
            "Trust receipts that are signed with KEY from now on, as 64 hexadecimal digits; compare them with the server's log. "
            + "With \"\(noKey)\": go on without receipts. A client that runs takes it up by itself.")

    static func run(_ arguments: ParsedArguments) throws(ProgramError) -> ExitCode {
        guard let text = arguments.operands.first else { throw .usage("\(name) needs KEY") }
        let key = text == noKey ? nil : try VerifyReceipt.receiptKey(text, name)
        let folder = try StateChoice.one(arguments)
        // One that isn't there isn't to be made: nothing was pinned, or the options are wrong.
        _ = try StateChoice.openToRead(folder)
        do throws(StateError) {
            let state = try ClientState.open(folder: folder)
            let old = try? state.receiptKey()
            try state.setReceiptKey(key)
            printOutput("receipt key \(text.lowercased()) is trusted now, in the place of \(old?.description ?? noKey)")
        } catch {
            throw ProgramError(error)
        }
        return .success
    }
}
