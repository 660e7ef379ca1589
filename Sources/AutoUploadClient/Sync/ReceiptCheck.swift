import Transport
import Wire

/// What the receipts of one connection have to be.
struct ReceiptCheck {
    /// The name that the client has logged in with.
    let user: String
    /// The key that the server has stated; nil: it signs none.
    let key: ReceiptKey?

    /// The receipt that came with a confirmation; nil where none is due.
    func receipt(of confirmation: Confirmation) -> Receipt? {
        key.flatMap { Receipt(confirmation, user: user, key: $0) }
    }

    /// Whether the confirmation has a receipt with a good signature, or needs none and has none.
    func covers(_ confirmation: Confirmation) -> Bool {
        key == nil ? confirmation.receipt == nil : receipt(of: confirmation)?.isGenuine == true
    }
}
