/// What a request says before its body. It holds nothing that could be read in two ways: see `RequestReader`.
package struct RequestHead: Hashable, Sendable {
    package let method: Method
    package private(set) var target: RequestTarget
    package let version: HTTPVersion
    package let fields: Fields
    package let framing: BodyFraming
    /// Whom the client means to speak to: the target's, or Host's; none where HTTP/1.0 gives none.
    package let authority: Authority?
    /// Whether the client wants to be told `100 Continue` before it sends the body.
    package let expectsContinue: Bool
    /// Whether the client leaves the connection open for another request.
    package let keepsAlive: Bool

    init(_ line: RequestLine, _ fields: Fields) throws(RequestError) {
        (method, target, version) = (line.method, line.target, line.version)
        self.fields = fields
        framing = try BodyFraming(fields, version: line.version)
        let host = try Self.host(fields, line.version)
        authority = line.target.authority ?? host
        expectsContinue = try Self.expectsContinue(fields, line.version)
        let closes = fields.contains("close", in: .connection)
        keepsAlive = !closes && (line.version == .http11 || fields.contains("keep-alive", in: .connection))
    }

    /// The same, as if what its target names first weren't there.
    package var belowFirst: RequestHead {
        var head = self
        head.target = target.belowFirst
        return head
    }

    private static func host(_ fields: Fields, _ version: HTTPVersion) throws(RequestError) -> Authority? {
        let values = fields.values(of: .host)
        guard values.count <= 1 else { throw .repeatedField(.host) }
        guard let value = values.first else {
            guard version == .http10 else { throw .hostMissing }
            return nil
        }
        guard let authority = Authority(value.bytes) else { throw .malformedHost }
        return authority
    }

    private static func expectsContinue(_ fields: Fields, _ version: HTTPVersion) throws(RequestError) -> Bool {
        guard version == .http11 else { return false }
        let expectations = fields.elements(of: .expect).map { lowercasedText($0[...]) }
        guard expectations.allSatisfy({ $0 == "100-continue" }) else { throw .unknownExpectation }
        return !expectations.isEmpty
    }
}
