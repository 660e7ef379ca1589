import Domain
import Platform
import Receipts
import Storage
import Wire

extension ReceiptKeyring {
    /// What a client is told of files that are stored. Everything is flushed by now: `Stored` says so.
    ///
    /// - Returns: in the order of the files; none when they can't be signed.
    func confirmations(of files: [Stored], for user: String, over nonce: ReceiptNonce?) -> [Confirmation] {
        guard let receipts = receipts(for: files, of: user, at: currentUnixTime(), over: nonce),
            let confirmations = try? zip(files, receipts).map({ try $0.confirmation($1.stamp) })
        else { return [] }
        return confirmations
    }
}

extension Stored {
    fileprivate func confirmation(_ receipt: ReceiptStamp) throws(WireError) -> Confirmation {
        try Confirmation(size: size, digest: digest, fileTag: tag, path: path, receipt: receipt)
    }
}
