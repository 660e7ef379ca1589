internal import Glibc

/// What the hash of a name costs that isn't there. Where users' hashes cost differently, so do those of other names, as often,
/// and each always the same: nobody can tell by time who exists.
struct DecoyChoice: Sendable {
    /// A keyed hash of at least 8 bytes, nil when there is no memory for it.
    let keyedHash: @Sendable ([UInt8]) -> [UInt8]?

    /// Of the costs in the file, one is drawn by its share. The draw is the name's own for each cost, so that a file that
    /// changes moves no more names to another cost than it must (weighted rendezvous hashing).
    func parameters(for name: some Collection<UInt8>, among shares: [Argon2Parameters: Int]) -> Argon2Parameters {
        let drawn = shares.min { draw(name, $0.key, share: $0.value) < draw(name, $1.key, share: $1.value) }
        return drawn?.key ?? .recommended
    }

    private func draw(_ name: some Collection<UInt8>, _ cost: Argon2Parameters, share: Int) -> Double {
        let numbers = [cost.memory, cost.iterations, cost.parallelism].flatMap { number in
            stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
        }
        guard let hash = keyedHash(numbers + name) else { return .infinity }
        let bits = hash.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // Uniform in 0 … 1, without 0: then this is the time to an event of the share's rate.
        return -log((Double(bits >> 11) + 1) / 0x1p53) / Double(max(1, share))
    }
}
