internal import Platform

/// Runs `body` on so many threads at once, and waits for all of them.
package func inParallel<R: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> R) throws -> [R] {
    let results = Monitor<[Int: R]>([:])
    for index in 0..<count {
        try Thread.detach {
            let result = body(index)
            results.change { $0[index] = result }
        }
    }
    let all = results.wait { $0.count == count ? $0 : nil }
    return (0..<count).compactMap { all[$0] }
}
