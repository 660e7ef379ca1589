import Platform
import Transport

/// Who it may be that completed a TLS handshake without naming our protocol.
enum Stranger {
    /// Looks at the first bytes, for a moment.
    static func describe(_ session: borrowing TLSSession) -> String {
        switch firstByte(of: session) {
        case UInt8(ascii: "{"):
            "speaks the protocol of the original Auto Upload program (JSON); this server needs auto-upload-client"
        case UInt8(ascii: "G"), UInt8(ascii: "H"), UInt8(ascii: "P"), UInt8(ascii: "O"):
            "speaks HTTP, which this server doesn't"
        case nil: "named no protocol (ALPN) and sent nothing"
        default: "named no protocol (ALPN) that this server speaks"
        }
    }

    private static func firstByte(of session: borrowing TLSSession) -> UInt8? {
        let deadline = Deadline.after(seconds: 5)
        var byte: [UInt8] = [0]
        do throws(TLSError) {
            while true {
                let count = try byte.withUnsafeMutableBytesTyped { buffer throws(TLSError) in
                    try session.readAvailable(into: buffer)
                }
                if let count { return count == 1 ? byte[0] : nil }
                try session.wait(for: .readable, until: deadline)
            }
        } catch {
            return nil
        }
    }
}
