/// Stands for a path, or for what a file was, where many of them are remembered: 64 bits that are other ones in each run, so that
/// nobody can make two alike. Of a million files two have the same by a chance of one in tens of millions; then a file that has
/// changed may be taken for the one that it was, or never settles, in this run.
///
/// Nothing is wiped, or taken as confirmed anew, by it: there the whole of a `Fingerprint` counts.
struct ShortMark: Hashable, Sendable {
    private let bits: Int

    init(_ value: some Hashable) {
        var hasher = Hasher()
        hasher.combine(value)
        bits = hasher.finalize()
    }
}
