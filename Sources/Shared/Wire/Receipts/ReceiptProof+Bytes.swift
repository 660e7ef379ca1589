package import Domain
import Encodings

extension ReceiptProof {
    /// Reads what `bytes` wrote, and fails for anything else.
    package init?(_ bytes: Span<UInt8>) {
        var reader = bytes
        var steps: [Step] = []
        while reader.count > 0 {
            guard steps.count < ProtocolLimits.maximumProofSteps, let step = Step(takingFrom: &reader) else {
                return nil
            }
            steps.append(step)
        }
        self.init(steps)
    }

    package func write(to writer: inout WireWriter) {
        for step in steps { step.write(to: &writer) }
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }
}

extension ReceiptProof.Step {
    package static let byteCount = 1 + ContentDigest.byteCount

    fileprivate init?(takingFrom reader: inout WireReader) {
        guard let side = reader.takeInteger(as: UInt8.self).flatMap({ Side(rawValue: $0) }),
            let sibling = ContentDigest(takingFrom: &reader)
        else { return nil }
        self.init(side, sibling)
    }

    fileprivate func write(to writer: inout WireWriter) {
        writer.writeInteger(side.rawValue)
        sibling.write(to: &writer)
    }
}
