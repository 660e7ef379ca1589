import Platform

/// Looks at something of the storage by name, where others may change it at any moment.
///
/// - Returns: nil for what has gone meanwhile, isn't what it was, or isn't the server's to read.
func lookingPastGaps<R>(_ look: () throws(SystemError) -> R) throws(SystemError) -> R? {
    let gaps: Set<Errno> = [.noEntry, .notDirectory, .tooManyLinks, .accessDenied, .crossDevice]
    do throws(SystemError) {
        return try look()
    } catch {
        if gaps.contains(error.errno) { return nil }
        throw error
    }
}
