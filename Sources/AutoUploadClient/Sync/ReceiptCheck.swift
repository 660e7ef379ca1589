import Domain
import Transport
import Wire

/// What the receipts of one connection have to be.
struct ReceiptCheck {
    /// The name that the client has logged in with.
    private let user: String
    /// For the key that the server has stated; nil: it signs none.
    private var verifier: ReceiptVerifier?
    /// What they must be signed over; nil: the server can't do that.
    private let nonce: ReceiptNonce?

    /// - Parameters:
    ///   - key: the one that the server has stated; nil: it signs none.
    ///   - nonce: made by this client for this connection; nil: the server can't sign over one.
    init(user: String, key: ReceiptKey?, nonce: ReceiptNonce? = nil) {
        self.user = user
        self.nonce = nonce
        verifier = key.map(ReceiptVerifier.init)
    }

    /// The receipt that came with a confirmation; nil where none is due.
    func receipt(of confirmation: Confirmation) -> Receipt? {
        verifier.flatMap { Receipt(confirmation, user: user, key: $0.key, nonce: nonce) }
    }

    /// Whether the confirmation has a receipt with a good signature, or needs none and has none.
    mutating func covers(_ confirmation: Confirmation) -> Bool {
        if verifier == nil { return confirmation.receipt == nil }
        guard let receipt = receipt(of: confirmation) else { return false }
        return verifier?.isGenuine(receipt) == true
    }
}
