import Encodings
import Wire

/// What a frame says: a message of either side, or the bytes of a file.
enum Frame: Hashable {
    case client(ClientMessage)
    case server(ServerMessage)
    case data(upload: UInt32, [UInt8])

    /// Decodes a whole frame as the receiver of `sender` does.
    init(
        decoding bytes: [UInt8], fromClient: Bool, dataLimit: Int = ProtocolLimits.maximumDataPayload
    ) throws(WireError) {
        let span = bytes.span
        let head = span.extracting(first: min(FrameHeader.encodedSize, span.count))
        let header = try FrameHeader(decoding: head, dataLimit: dataLimit)
        let payload = span.extracting(droppingFirst: FrameHeader.encodedSize)
        if fromClient, header.type == .data {
            guard payload.count == header.length else { throw .lengthMismatch(.data) }
            self = .data(upload: header.upload, [UInt8](payload))
        } else if fromClient {
            self = .client(try ClientMessage(header: header, payload: payload))
        } else {
            self = .server(try ServerMessage(header: header, payload: payload))
        }
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .client(let message): message.encode(into: &bytes)
        case .server(let message): message.encode(into: &bytes)
        case .data(let upload, let content):
            let header = FrameHeader(type: .data, upload: upload, length: UInt32(content.count))
            header.encode(into: &bytes)
            bytes += content
        }
        return bytes
    }

    var rendered: String {
        switch self {
        case .client(let message): rendering(message)
        case .server(let message): rendering(message)
        case .data(let upload, let content): "data upload=\(upload) bytes=\(quoted(content))"
        }
    }
}
