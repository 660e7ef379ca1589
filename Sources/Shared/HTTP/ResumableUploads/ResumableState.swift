/// Where an upload stands, and what a request about it may do (sections 4.1, 4.3 to 4.5 of the draft).
package struct ResumableState: Hashable, Sendable {
    /// Bytes that are kept.
    package let offset: UInt64
    /// Bytes of the whole; nil: nobody has said.
    package let length: UInt64?
    /// Whether it was answered for good: nothing is appended any more.
    package let isComplete: Bool

    package init(offset: UInt64, length: UInt64?, isComplete: Bool) {
        (self.offset, self.length, self.isComplete) = (offset, length, isComplete)
    }

    static let start = ResumableState(offset: 0, length: nil, isComplete: false)

    package enum Step: Hashable, Sendable {
        /// To be told where it stands.
        case tell
        /// - Parameters:
        ///   - completes: whether it is all that was missing.
        ///   - length: of the whole, as far as it is known by now.
        case append(completes: Bool, length: UInt64?)
        /// To be answered as when it was completed: that answer may have been lost.
        case replay
        case cancel
        case refuse(ResumableRefusal)
    }

    /// What a request about the upload does.
    ///
    /// - Parameter type: the value of Content-Type.
    package func step(
        _ method: Method, type: FieldValue?, _ request: ResumableRequest, _ limits: ResumableLimits
    ) -> Step {
        switch method {
        case .get, .head: .tell
        case .delete: .cancel
        case .patch: append(type: type, request, limits)
        default: .refuse(.methodNotAllowed)
        }
    }

    private func append(type: FieldValue?, _ request: ResumableRequest, _ limits: ResumableLimits) -> Step {
        guard let type, (try? ParameterizedValue(type.bytes))?.value == Self.mediaType.text else {
            return .refuse(.otherMediaType)
        }
        guard let provided = request.offset else { return .refuse(.fieldMissing(.uploadOffset)) }
        guard let completes = request.completes else { return .refuse(.fieldMissing(.uploadComplete)) }
        guard provided == offset else { return .refuse(.mismatchingOffset(expected: offset, provided: provided)) }
        if isComplete { return completes && request.contentLength == 0 ? .replay : .refuse(.completed) }
        switch length(after: request) {
        case .failure(let refusal): return .refuse(refusal)
        case .success(let length):
            // The length may be of a client that knows no limit.
            if let refusal = limits.refusal(of: request, length: length, isCreation: false) { return .refuse(refusal) }
            return .append(completes: completes, length: length)
        }
    }

    /// What is appended has this type (section 6 of the draft).
    package static let mediaType: FieldValue = "application/partial-upload"

    /// The length as it is known after a request: what it states, what follows from its content, and what was known have to be the same.
    func length(after request: ResumableRequest) -> Result<UInt64?, ResumableRefusal> {
        let (end, overflows) = offset.addingReportingOverflow(request.contentLength ?? 0)
        if overflows { return .failure(.inconsistentLength) }
        let shown = request.completes == true && request.contentLength != nil ? end : nil
        let all = [length, request.length, shown].compactMap { $0 }
        guard let known = all.first else { return .success(nil) }
        guard all.allSatisfy({ $0 == known }), end <= known else { return .failure(.inconsistentLength) }
        return .success(known)
    }

    /// After the whole content of a request has come.
    ///
    /// - Returns: why it doesn't complete the upload, though it says so.
    package func refusalAtEnd(completes: Bool) -> ResumableRefusal? {
        completes && length != nil && offset != length ? .inconsistentLength : nil
    }
}

extension ResumableState {
    /// The fields of an answer that tell it (section 4.3.2 of the draft).
    package func fields(_ limits: ResumableLimits) -> Fields {
        var fields = Fields()
        fields.set(.uploadOffset, FieldValue(offset))
        fields.set(.uploadComplete, FieldValue(truth: isComplete))
        if let length { fields.set(.uploadLength, FieldValue(length)) }
        fields.set(.uploadLimit, limits.field)
        return fields
    }
}

extension FieldValue {
    /// As a structured field has it.
    package init(truth: Bool) {
        self = truth ? "?1" : "?0"
    }
}
