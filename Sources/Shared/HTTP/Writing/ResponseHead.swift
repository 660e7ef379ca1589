/// What an answer says before its content.
package struct ResponseHead: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case length(UInt64)
        /// It is made while it is sent.
        case unknownLength
    }

    package var status: Status
    /// What says where the answer ends, and whether the connection stays open, is added, and left out where it stands here.
    package var fields: Fields
    package var content: Content

    package init(_ status: Status, _ fields: Fields = Fields(), content: Content = .length(0)) {
        (self.status, self.fields, self.content) = (status, fields, content)
    }

    /// What to send to whom.
    ///
    /// - Parameters:
    ///   - request: what is answered; none where it couldn't be read: then the connection is closed behind the answer.
    ///   - keepsAlive: whether the server would take another request on the connection.
    package func start(answering request: RequestHead?, keepsAlive: Bool = true) -> ResponseStart {
        let delimited = delimitation(for: request)
        let stays = keepsAlive && request?.keepsAlive == true && delimited != .close
        var bytes = Array("HTTP/1.1 \(status.code) \(status.reason)\r\n".utf8)
        fields.write(to: &bytes, except: Self.own)
        var own = Fields()
        switch delimited {
        case .length(let length): own.append(.contentLength, FieldValue(length))
        case .chunks: own.append(.transferEncoding, "chunked")
        case .nothing, .close: break
        }
        if !stays {
            own.append(.connection, "close")
        } else if request?.version == .http10 {
            own.append(.connection, "keep-alive")
        }
        own.write(to: &bytes)
        bytes += [carriageReturn, lineFeed]
        let hasContent = status.allowsContent && request?.method != .head
        return ResponseStart(bytes: bytes, content: hasContent ? delimited : .nothing, keepsAlive: stays)
    }

    private func delimitation(for request: RequestHead?) -> ResponseStart.Content {
        guard status.allowsContent else { return .nothing }
        switch content {
        case .length(let length): return .length(length)
        case .unknownLength: return request?.version == .http11 ? .chunks : .close
        }
    }

    private static let own: Set<FieldName> = [.contentLength, .transferEncoding, .connection]
}

/// The beginning of an answer, and what has to follow it.
package struct ResponseStart: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// No byte may follow.
        case nothing
        /// Exactly so many bytes.
        case length(UInt64)
        /// Chunks, by `ChunkedCoding`.
        case chunks
        /// Bytes up to the connection's end.
        case close
    }

    package let bytes: [UInt8]
    package let content: Content
    /// Whether another request may follow. If not, the connection is to be closed behind the answer.
    package let keepsAlive: Bool
}
