/// The first line of a request (RFC 9112, section 3): one space between its three parts, and none elsewhere.
struct RequestLine: Hashable, Sendable {
    let method: Method
    let target: RequestTarget
    let version: HTTPVersion

    init(_ line: [UInt8]) throws(RequestError) {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty }) else { throw .malformedRequestLine }
        if parts.count == 2 { throw .versionMissing }
        guard parts.count == 3 else { throw .malformedRequestLine }
        version = try Self.version(parts[2])
        method = try Self.method(parts[0])
        do throws(RequestTarget.Flaw) {
            target = try RequestTarget(parts[1], method: method)
        } catch {
            throw .malformedTarget(error)
        }
    }

    private static func version(_ bytes: ArraySlice<UInt8>) throws(RequestError) -> HTTPVersion {
        let digits = Array(bytes.dropFirst(5))
        guard bytes.starts(with: "HTTP/".utf8), digits.count == 3, digits[1] == UInt8(ascii: "."),
            isDigit(digits[0]), isDigit(digits[2])
        else { throw .malformedVersion }
        guard digits[0] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        return digits[2] == UInt8(ascii: "0") ? .http10 : .http11
    }

    private static func method(_ bytes: ArraySlice<UInt8>) throws(RequestError) -> Method {
        guard let method = Method(bytes) else { throw .malformedMethod }
        // What follows a CONNECT is no HTTP.
        guard bytes.count <= RequestLimits.method, !bytes.elementsEqual("CONNECT".utf8) else {
            throw .unsupportedMethod
        }
        return method
    }
}
