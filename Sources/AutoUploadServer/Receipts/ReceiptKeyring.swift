package import Domain
import Platform
package import Storage
import Transport

/// The key that receipts are signed with, and those before it.
package struct ReceiptKeyring: Sendable {
    let signer: ReceiptSigner
    /// Newest first; each has signed the one that came after it. At most 8.
    package let predecessors: [ReceiptPredecessor]

    /// The public part of the key.
    package var key: ReceiptKey { signer.key }

    private init(signer: ReceiptSigner, predecessors: [ReceiptPredecessor]) {
        self.signer = signer
        self.predecessors = predecessors
    }

    /// A first key.
    ///
    /// - Returns: nil when OpenSSL has no randomness or memory.
    static func make() -> ReceiptKeyring? {
        ReceiptSigner.make().map { ReceiptKeyring(signer: $0, predecessors: []) }
    }

    /// A new key, signed by this one. The oldest goes when there are too many.
    ///
    /// - Returns: nil when OpenSSL has no randomness or memory.
    func renewed() -> ReceiptKeyring? {
        guard let new = ReceiptSigner.make(), let link = signer.succession(to: new.key) else { return nil }
        return ReceiptKeyring(
            signer: new, predecessors: Array(([link] + predecessors).prefix(ReceiptPredecessor.maximumCount)))
    }

    /// Signs that the user's files are stored, all with one signature. To be called when they are: `Stored` comes from the
    /// vault only.
    ///
    /// - Parameters:
    ///   - time: Unix seconds.
    ///   - nonce: what the client has sent as `challenge`, if it has.
    /// - Returns: in the order of the files; nil when OpenSSL has no memory.
    package func receipts(
        for files: [Stored], of user: String, at time: Int64, over nonce: ReceiptNonce? = nil
    ) -> [Receipt]? {
        let statements = try? files.map { stored in
            try ReceiptStatement(
                key: signer.key, user: user, path: stored.path, size: stored.size, digest: stored.digest, time: time,
                nonce: nonce)
        }
        return statements.flatMap { signer.sign($0) }
    }
}

// MARK: - As a file

extension ReceiptKeyring {
    /// The most bytes of a file's content.
    static let largest = 16 * 1024

    /// Reads a file's content: the private key in PEM, and before it lines that name predecessors, comments (`#`) and blank
    /// ones, all of which OpenSSL passes over.
    ///
    /// - Returns: nil when that isn't what it is, or when a predecessor's signature is wrong.
    init?(content: [UInt8]) {
        guard let (preamble, pem) = Self.split(content), let signer = ReceiptSigner(pem: Array(pem)) else { return nil }
        var predecessors: [ReceiptPredecessor] = []
        for line in preamble.split(separator: lineFeed) where line.first != UInt8(ascii: "#") {
            guard let predecessor = ReceiptPredecessor(line: line) else { return nil }
            predecessors.append(predecessor)
        }
        guard predecessors.count <= ReceiptPredecessor.maximumCount,
            predecessors.last.map({ $0.key.leads(to: signer.key, over: predecessors) }) ?? true
        else { return nil }
        self.init(signer: signer, predecessors: predecessors)
    }

    /// What `init(content:)` reads. A secret: the caller overwrites it after use.
    ///
    /// - Returns: nil when OpenSSL has no memory.
    func content() -> [UInt8]? {
        guard var pem = signer.pem() else { return nil }
        defer { overwrite(&pem) }
        var content = Array(Self.explanation.utf8)
        content.reserveCapacity(Self.largest)
        for predecessor in predecessors { content += Array("\(predecessor.line)\n".utf8) }
        content += pem
        return content
    }

    private static let explanation = """
        # The key that auto-upload-server signs receipts with. Keep it secret, and keep it: clients that find another
        # one stop deleting what they have uploaded. "auto-upload-server renew-receipt-key" makes a new one that they
        # trust.

        """

    private static func split(_ content: [UInt8]) -> (preamble: ArraySlice<UInt8>, pem: ArraySlice<UInt8>)? {
        let mark = Array("-----BEGIN ".utf8)
        var start = content.startIndex
        while !content[start...].starts(with: mark) {
            guard let end = content[start...].firstIndex(of: lineFeed) else { return nil }
            start = content.index(after: end)
        }
        return (content[..<start], content[start...])
    }
}

private let lineFeed = UInt8(ascii: "\n")

extension ReceiptPredecessor {
    private static let name = "predecessor:"

    fileprivate var line: String { "\(Self.name) \(key) \(signature)" }

    fileprivate init?(line: ArraySlice<UInt8>) {
        let words = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == Self.name, let key = ReceiptKey(hex: words[1]),
            let signature = ReceiptSignature(hex: words[2])
        else { return nil }
        self.init(key: key, signature: signature)
    }
}
