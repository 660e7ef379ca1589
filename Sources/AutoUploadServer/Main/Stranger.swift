import Platform
import Transport

/// Who it may be that completed a TLS handshake without naming a protocol.
enum Stranger {
    case web, original, silent, unknown

    /// Looks at the first byte, for which it waits a moment.
    init(stream: inout ByteStream) {
        let isThere = (try? stream.fill(1, until: .after(seconds: 5))) ?? false
        switch isThere ? stream.peek(1, { Span<UInt8>(_bytes: $0)[0] }) : nil {
        case UInt8(ascii: "{")?: self = .original
        case .some(UInt8(ascii: "A")...UInt8(ascii: "Z")): self = .web
        case nil: self = .silent
        default: self = .unknown
        }
    }
}

extension Stranger: CustomStringConvertible {
    var description: String {
        switch self {
        case .original:
            "speaks the protocol of the original Auto Upload program (JSON); this server needs auto-upload-client"
        case .web: "speaks HTTP, which this server doesn't"
        case .silent: "named no protocol (ALPN) and sent nothing"
        case .unknown: "named no protocol (ALPN) that this server speaks"
        }
    }
}
