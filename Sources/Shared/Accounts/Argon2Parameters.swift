/// What a password hash costs: RFC 9106, section 3.1.
package struct Argon2Parameters: Hashable, Sendable {
    /// KiB.
    package let memory: UInt32
    package let iterations: UInt32
    package let parallelism: UInt32

    /// The most that is computed, whatever a password file says: a line that somebody broke must not exhaust the machine.
    /// Memory is at most 1 GiB.
    package static let largestMemory: UInt32 = 1 << 20
    package static let mostIterations: UInt32 = 64
    package static let mostParallelism: UInt32 = 64

    /// - Returns: nil for what Argon2 doesn't define (memory below 8 KiB for each lane) or what is above the limits here.
    package init?(memory: UInt32, iterations: UInt32, parallelism: UInt32) {
        guard (1...Self.mostIterations).contains(iterations), (1...Self.mostParallelism).contains(parallelism),
            (8 * parallelism...Self.largestMemory).contains(memory)
        else { return nil }
        self.init(checked: memory, iterations, parallelism)
    }

    private init(checked memory: UInt32, _ iterations: UInt32, _ parallelism: UInt32) {
        self.memory = memory
        self.iterations = iterations
        self.parallelism = parallelism
    }

    /// The second recommended option of RFC 9106, section 4: 64 MiB.
    package static let recommended = Argon2Parameters(checked: 65536, 3, 4)

    /// The least that OWASP's Password Storage Cheat Sheet allows: 19 MiB.
    package static let owaspMinimum = Argon2Parameters(checked: 19456, 2, 1)

    /// Whether a new hash may be made with these: neither memory nor iterations below OWASP's minimum.
    package var areStrongEnough: Bool {
        memory >= Self.owaspMinimum.memory && iterations >= Self.owaspMinimum.iterations
    }
}
