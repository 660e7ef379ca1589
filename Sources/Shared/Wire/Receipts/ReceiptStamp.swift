/// What a receipt adds to a confirmation, as it travels: when, the signature, and how the confirmation leads to what was
/// signed. The rest is in the confirmation itself, in the login and in `welcome`; see `Receipt`.
package struct ReceiptStamp: Hashable, Sendable {
    /// From one without a proof to one with the longest.
    package static let byteCounts =
        withoutProof...(withoutProof + ProtocolLimits.maximumProofSteps * ReceiptProof.Step.byteCount)
    private static let withoutProof = 8 + ReceiptSignature.byteCount

    /// The server's clock when it confirmed, Unix seconds.
    package let time: Int64
    package let signature: ReceiptSignature
    package let proof: ReceiptProof

    package init(time: Int64, signature: ReceiptSignature, proof: ReceiptProof = ReceiptProof()) {
        self.time = time
        self.signature = signature
        self.proof = proof
    }

    /// Fails unless the bytes are a time, a signature and whole steps, and nothing else.
    package init?(_ bytes: [UInt8]) {
        var reader = bytes.span
        guard let time = try? reader.readInteger(.receipt, as: Int64.self),
            let signature = try? ReceiptSignature(reading: &reader, .receipt), let proof = ReceiptProof(reader)
        else { return nil }
        self.init(time: time, signature: signature, proof: proof)
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.withoutProof + proof.steps.count * ReceiptProof.Step.byteCount)
        bytes.writeInteger(time)
        signature.write(to: &bytes)
        proof.write(to: &bytes)
        return bytes
    }
}
