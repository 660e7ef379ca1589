/// A request to another server.
package struct OutgoingRequest: Sendable {
    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    package let method: String
    package let url: String
    package var fields: [Field]
    package var content: [UInt8]

    package init(_ method: String, _ url: String, _ fields: [Field] = [], content: [UInt8] = []) {
        (self.method, self.url, self.fields, self.content) = (method, url, fields, content)
    }
}

/// What another server has answered.
package struct IncomingResponse: Sendable {
    package let status: Int
    /// Names in small letters.
    package let fields: [OutgoingRequest.Field]
    package let content: [UInt8]

    /// The first field of a name, which is given in small letters.
    package subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// Why there is no answer.
package enum TransferError: Error, Hashable, Sendable {
    /// Nobody takes a connection there.
    case unreachable(String)
    /// The other server's certificate isn't trusted.
    case untrusted(String)
    /// It has said nothing for as long as it may.
    case silent
    /// The answer is larger than anything that was asked for.
    case tooLong
    case broken(String)
    /// libcurl isn't there.
    case missing
}

extension TransferError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason): "it can't be reached: \(reason)"
        case .untrusted(let reason): "it isn't trusted: \(reason)"
        case .silent: "it doesn't answer in time"
        case .tooLong: "its answer is too long"
        case .broken(let reason): "the connection broke: \(reason)"
        case .missing: "libcurl.so.4 can't be loaded: install it (Debian's libcurl4)"
        }
    }
}

/// How long an answer may take, and be.
package struct TransferLimits: Sendable {
    /// Seconds until there is a connection.
    package var connecting = 10.0
    /// Seconds without a byte in either direction.
    package var silence = 30.0
    /// Seconds in all; nil: as many as it takes, as long as something moves.
    package var all: Double? = 60
    /// Bytes of content that are kept.
    package var content = 4 << 20
    /// Followed, never from `https` to `http` or back.
    package var redirections = 0

    package init() {}
}
