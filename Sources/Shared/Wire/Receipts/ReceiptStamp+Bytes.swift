package import Domain
import Encodings

extension ReceiptStamp {
    /// From one without a proof to one with the longest.
    package static let byteCounts =
        withoutProof...(withoutProof + ProtocolLimits.maximumProofSteps * ReceiptProof.Step.byteCount)
    private static let withoutProof = 8 + ReceiptSignature.byteCount

    /// Fails unless the bytes are a time, a signature and whole steps, and nothing else.
    package init?(_ bytes: [UInt8]) {
        var reader = bytes.span
        guard let time = reader.takeInteger(as: Int64.self), let signature = ReceiptSignature(takingFrom: &reader),
            let proof = ReceiptProof(reader)
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
