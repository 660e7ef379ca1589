import HTTP
import Platform

/// Which pages of other servers may upload here (Fetch standard, CORS): those that the admin has named, and they with a password
/// that they know themselves. One that a browser remembers isn't theirs to use.
package struct CrossOrigin: Sendable {
    private let origins: Set<String>

    init(_ origins: [String] = []) {
        self.origins = Set(origins.map { $0.lowercased() })
    }

    /// Whether a text is an origin as browsers write it: a scheme, a host, and perhaps a port.
    package static func isOne(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 3 && ["http:", "https:"].contains(parts[0].lowercased()) && parts[1].isEmpty
            && !parts[2].isEmpty && parts[2].utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    func allows(_ head: RequestHead) -> Bool { origin(of: head) != nil }

    private func origin(of head: RequestHead) -> FieldValue? {
        guard let origin = try? head.fields.single(.origin), origins.contains(origin.text.lowercased()) else {
            return nil
        }
        return origin
    }

    /// Whether a browser asks what a page may ask.
    func isPreflight(_ head: RequestHead) -> Bool {
        head.method == .options && allows(head) && !head.fields.values(of: .requestedMethod).isEmpty
    }

    /// - Parameter methods: that the target has.
    static func preflightAnswer(_ methods: [Method]) -> WebAnswer {
        var answer = WebAnswer(.noContent, "")
        answer.fields.set(.allowedMethods, methods.asList)
        answer.fields.set(.allowedFields, allowed)
        answer.fields.set(.maximumAge, "86400")
        return answer
    }

    /// Adds to an answer what lets an allowed page read it.
    func allow(_ answer: inout WebAnswer, to head: RequestHead) {
        guard !origins.isEmpty, !AdminFace.isAsked(head) else { return }
        answer.fields.append(.vary, "Origin")
        guard let origin = origin(of: head) else { return }
        answer.fields.set(.allowedOrigin, origin)
        answer.fields.set(.exposedFields, Self.exposed)
    }

    private static let allowed: FieldValue = """
        Authorization, Username, Password, OTP, Altcha, Content-Type, Accept, Tus-Resumable, Upload-Length, Upload-Defer-Length, \
        Upload-Offset, Upload-Metadata, Upload-Checksum, Upload-Concat, X-HTTP-Method-Override, X-Requested-With, \
        X-Request-ID, Cache-Control, Upload-Complete, Upload-Incomplete, Content-Disposition, Upload-Draft-Interop-Version, Repr-Digest, Content-Digest, If-None-Match, \
        X-OC-Mtime
        """
    private static let exposed: FieldValue = """
        Location, Content-Location, ETag, Repr-Digest, Retry-After, Tus-Resumable, Tus-Version, Tus-Extension, \
        Tus-Max-Size, Tus-Checksum-Algorithm, Upload-Offset, Upload-Length, Upload-Defer-Length, Upload-Metadata, \
        Upload-Expires, Upload-Concat, Upload-Complete, Upload-Limit, Upload-Draft-Interop-Version, Accept-Patch, Allow
        """
}

extension FieldName {
    fileprivate static let requestedMethod = FieldName("Access-Control-Request-Method")
    fileprivate static let allowedOrigin = FieldName("Access-Control-Allow-Origin")
    fileprivate static let allowedMethods = FieldName("Access-Control-Allow-Methods")
    fileprivate static let allowedFields = FieldName("Access-Control-Allow-Headers")
    fileprivate static let exposedFields = FieldName("Access-Control-Expose-Headers")
    fileprivate static let maximumAge = FieldName("Access-Control-Max-Age")
}
