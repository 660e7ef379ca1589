/// Why a request about a resumable upload isn't served.
package enum ResumableRefusal: Error, Hashable, Sendable {
    /// Another method than GET, HEAD, PATCH, DELETE.
    case methodNotAllowed
    case otherMediaType
    case fieldMissing(FieldName)
    case mismatchingOffset(expected: UInt64, provided: UInt64)
    /// What is said of the whole length differs, or more comes than that.
    case inconsistentLength
    /// Nothing is appended to what is complete.
    case completed
    case tooLarge(limit: UInt64)
    case tooSmall(limit: UInt64)
    case appendTooLarge(limit: UInt64)
    case appendTooSmall(limit: UInt64)
    /// A part is sent in the manner of a version that isn't spoken here.
    case otherVersion

    package var status: Status {
        switch self {
        case .methodNotAllowed: .methodNotAllowed
        case .otherMediaType: .unsupportedMediaType
        case .fieldMissing, .inconsistentLength, .tooSmall, .appendTooSmall, .otherVersion: .badRequest
        case .mismatchingOffset, .completed: .conflict
        case .tooLarge, .appendTooLarge: .contentTooLarge
        }
    }

    /// The last part of the problem's type (section 7 of the draft; `completed-upload` is of its version 10).
    private var problem: String? {
        switch self {
        case .mismatchingOffset: "mismatching-upload-offset"
        case .inconsistentLength: "inconsistent-upload-length"
        case .completed: "completed-upload"
        default: nil
        }
    }

    /// The answer's content: a problem in JSON (RFC 9457).
    package var json: String {
        let type = problem.map { "https://iana.org/assignments/http-problem-types#\($0)" } ?? "about:blank"
        var members = ["\"type\":\"\(type)\"", "\"title\":\"\(self)\"", "\"status\":\(status.code)"]
        if case .mismatchingOffset(let expected, let provided) = self {
            members += ["\"expected-offset\":\(expected)", "\"provided-offset\":\(provided)"]
        }
        return "{\(members.joined(separator: ","))}"
    }

    package static let mediaType: FieldValue = "application/problem+json"
}

extension ResumableRefusal: CustomStringConvertible {
    /// Plain text without quotes, as it stands in JSON too.
    package var description: String {
        switch self {
        case .methodNotAllowed: "an upload is asked about, appended to, or cancelled: GET, HEAD, PATCH, DELETE"
        case .otherMediaType: "what is appended has the Content-Type application/partial-upload"
        case .fieldMissing(let name): "the field \(name) is missing, or isn't what it has to be"
        case .mismatchingOffset: "the offset of the request isn't the offset of the upload"
        case .inconsistentLength: "the stated lengths of the upload differ, or more comes than that"
        case .completed: "the upload is complete: nothing is appended to it"
        case .tooLarge(let limit): "an upload has at most \(limit) bytes here"
        case .tooSmall(let limit): "an upload that is sent in parts has at least \(limit) bytes here"
        case .appendTooLarge(let limit): "a request has at most \(limit) bytes here"
        case .appendTooSmall(let limit): "a request that isn't the last has at least \(limit) bytes here"
        case .otherVersion: "parts (Upload-Incomplete) aren't taken: send all of it, or speak version 8 of the draft"
        }
    }
}
