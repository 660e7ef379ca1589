/// What becomes of a request that brings a new upload (section 4.2 of the draft).
package enum ResumableCreation: Hashable, Sendable {
    /// As any request without the draft's fields: whatever breaks is sent again from its beginning.
    case plain
    /// It gets an upload resource.
    case resumable(completes: Bool, length: UInt64?)
    case refused(ResumableRefusal)

    /// A request that says to be whole is upgraded where its client can be told of it beforehand, by `104`, and taken as it is else: older
    /// versions of the draft mean the same by it. One that says to be a part is resumable in any case: its client learns of it by
    /// the final answer, and to take a part for the whole would be a lie.
    package init(_ request: ResumableRequest, _ limits: ResumableLimits) {
        guard let completes = request.completes else {
            self = request.isIncompleteOfOld ? .refused(.otherVersion) : .plain
            return
        }
        let length: UInt64?
        switch ResumableState.start.length(after: request) {
        case .success(let known): length = known
        case .failure(let refusal):
            self = completes && !request.understandsInterim ? .plain : .refused(refusal)
            return
        }
        // Nobody knows yet whether it is as large as that.
        let isSmall = limits.minSize.map { length ?? 0 < $0 } ?? false
        if completes, isSmall || !request.understandsInterim {
            self = .plain
        } else if let refusal = limits.refusal(of: request, length: length, isCreation: true) {
            self = .refused(refusal)
        } else if isSmall {
            self = .refused(.tooSmall(limit: limits.minSize ?? 0))
        } else {
            self = .resumable(completes: completes, length: length)
        }
    }
}
