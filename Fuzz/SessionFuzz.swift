/// Takes the input as a walk through a session; see Tests/ServerTests/Session/SessionWalk.swift. No walk may trap, or lead
/// where the rules don't.
@c(LLVMFuzzerTestOneInput)
public func fuzzSession(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(SessionWalk.Failure) {
        _ = try SessionWalk.run([UInt8](UnsafeBufferPointer(start: start, count: count)))
    } catch {
        fatalError(error.reason)
    }
    return 0
}
